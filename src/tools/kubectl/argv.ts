/** One context of one kubeconfig, as every command of kubectl names it. */
export interface KubectlTarget {
  program: string;
  context: string;
  kubeconfig: string | undefined;
}

/** Commands that stay connected on purpose: a limit for one request would cut them off. */
const staysConnected = new Set(['attach', 'delete', 'exec', 'logs', 'port-forward', 'proxy', 'rollout', 'wait']);

/** Seconds that one request of an ordinary command may take. */
const requestTimeout = 30;

export function kubectlArgv({ program, context, kubeconfig }: KubectlTarget, args: readonly string[]): string[] {
  const isLimited = staysConnected.has(args[0] ?? '') || args.some((arg) => arg.startsWith('--request-timeout'));
  return [
    program,
    '--context',
    context,
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ...(isLimited ? [] : [`--request-timeout=${requestTimeout}s`]),
    ...args,
  ];
}
