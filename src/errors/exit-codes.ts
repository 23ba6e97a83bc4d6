/** Exit codes of the program; public, a table in the README. */
export const exitCodes = {
  ok: 0,
  stepFailed: 1,
  usage: 2,
  answerMissing: 3,
  preflight: 4,
  targetChanged: 5,
  locked: 6,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
