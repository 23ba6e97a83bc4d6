import { ToolError } from '../../errors/errors.ts';
import { explain } from '../problem.ts';
import type { Kubectl } from './kubectl.ts';
import { kubectlProblems } from './problems.ts';

/** A SelfSubjectAccessReview by `kubectl auth can-i`; without a namespace it asks for all of them, or for the cluster. */
export async function canI(
  tools: Pick<Kubectl, 'argv' | 'read'>,
  verb: string,
  resource: string,
  namespace?: string,
): Promise<boolean> {
  const place = namespace === undefined ? ['--all-namespaces'] : ['-n', namespace];
  const argv = tools.argv('auth', 'can-i', verb, resource, ...place, '--request-timeout=5s');
  const lines: string[] = [];
  const { status, stdout } = await tools.read(argv, {
    timeout: 10,
    accept: [1],
    onLine: (line, stream) => void (stream === 'stderr' && lines.push(line)),
  });
  // "no" and a failure both end with 1; only the words tell them apart.
  if (/^(yes|no)\b/.test(stdout)) return stdout.startsWith('yes');
  throw explain(new ToolError('kubectl auth can-i failed', { argv, status, lastLines: lines }), kubectlProblems);
}
