import { exitCodes, type ExitCode } from './exit-codes.ts';

/** A place in a recipe or answers file. Line and column count from 1. */
export interface SourcePlace {
  file: string;
  line: number;
  column: number;
}

/** `file:line:column`, the form that editors and terminals turn into a link. */
export function formatPlace(place: SourcePlace): string {
  return `${place.file}:${place.line}:${place.column}`;
}

export interface UserErrorDetails {
  /** Why it happened, one sentence. */
  why?: string;
  /** What the person can do now, each one sentence or one command. */
  next?: string[];
  place?: SourcePlace;
  exitCode?: ExitCode;
}

/** What the person can mend: shown without a stack trace. */
export class UserError extends Error {
  readonly kind = 'user';
  readonly why: string | undefined;
  readonly next: string[];
  readonly place: SourcePlace | undefined;
  readonly exitCode: ExitCode;

  constructor(message: string, details: UserErrorDetails = {}) {
    super(message);
    this.name = 'UserError';
    this.why = details.why;
    this.next = details.next ?? [];
    this.place = details.place;
    this.exitCode = details.exitCode ?? exitCodes.usage;
  }
}

/** The API server does not give the person this right (403). What is only helpful may be done without it. */
export class ForbiddenError extends UserError {}

/** Several mistakes found in one file or one set of answers, reported together so that they are mended together. */
export class UserErrors extends UserError {
  readonly errors: UserError[];

  constructor(message: string, errors: UserError[], exitCode: ExitCode = exitCodes.usage) {
    super(message, { exitCode });
    this.name = 'UserErrors';
    this.errors = errors;
  }
}

/** A program that we ran failed: its argument vector, exit code and last lines (already redacted and sanitised). */
export class ToolError extends Error {
  readonly kind = 'tool';
  readonly argv: readonly string[];
  /** Exit code of the program; null when a signal ended it. */
  readonly status: number | null;
  readonly lastLines: string[];
  readonly why: string | undefined;
  readonly next: string[];
  /** The failure heals by waiting (a refused connection, a busy registry): the engine may try again. */
  readonly isTransient: boolean;
  /** Stable name of the failure, from the problem catalogue of the tool; `tool-failed` when it is not known. */
  readonly code: string;

  constructor(
    message: string,
    details: {
      argv: readonly string[];
      status: number | null;
      lastLines: string[];
      why?: string | undefined;
      next?: string[] | undefined;
      isTransient?: boolean | undefined;
      code?: string | undefined;
    },
  ) {
    super(message);
    this.name = 'ToolError';
    this.argv = details.argv;
    this.status = details.status;
    this.lastLines = details.lastLines;
    this.why = details.why;
    this.next = details.next ?? [];
    this.isTransient = details.isTransient ?? false;
    this.code = details.code ?? 'tool-failed';
  }
}

/** An invariant of ours does not hold. The only kind whose stack is shown. */
export class Bug extends Error {
  readonly kind = 'bug';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Bug';
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
