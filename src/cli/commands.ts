/** Every command, in the order of `--help`. `words`: how many may follow it. */
export const commands = {
  up: { usage: 'up [recipe]', does: 'deploy; after a change rebuild and upgrade just what differs', words: 1 },
  open: { usage: 'open [recipe]', does: 'make the addresses reachable from this host and open the browser', words: 1 },
  plan: { usage: 'plan [recipe]', does: 'what up would do, as text or JSON; touches nothing', words: 1 },
  status: { usage: 'status [recipe]', does: 'what is deployed, how healthy, where it answers', words: 1 },
  down: { usage: 'down [recipe]', does: 'remove what up made, and only that; data only with --data', words: 1 },
  resume: { usage: 'resume', does: 'go on with the interrupted run', words: 0 },
  explain: {
    usage: 'explain [CODE|STEP]',
    does: 'why a step exists; what a failure means and how to mend it',
    words: 1,
  },
  recipe: { usage: 'recipe list|schema|check', does: 'list, describe and check recipes', words: 2 },
  diagnose: { usage: 'diagnose', does: 'state and cause of every workload', isMissing: true },
  rollback: { usage: 'rollback [recipe]', does: 'previous revision of the releases', isMissing: true },
  export: { usage: 'export [recipe]', does: 'the same deployment in another form', isMissing: true },
  doctor: { usage: 'doctor', does: 'tools, clusters, room and ports', isMissing: true },
  completion: { usage: 'completion bash|zsh|fish', does: 'shell completion', isMissing: true },
} as const satisfies Record<string, { usage: string; does: string; words?: number; isMissing?: boolean }>;

/** `wizard` is the program without a command. */
export type CommandName = keyof typeof commands | 'wizard';
