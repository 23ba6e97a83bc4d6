import type { Requester } from '../api/requests.ts';
import { badRequest, StatusError } from '../api/status-error.ts';
import type { Exchange } from './exchange.ts';

/** Whom the kubeconfig of a rehearsal stands for: what `kubectl auth whoami` says. */
export const person = { user: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] } as const;

/** Who asks, and the options that every write takes (metav1.CreateOptions, UpdateOptions, PatchOptions). */
export function requesterOf(exchange: Exchange): Requester {
  const dryRun = exchange.query.getAll('dryRun');
  for (const value of dryRun)
    if (value !== 'All' && value !== '')
      throw new StatusError(
        422,
        'Invalid',
        `CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["${value}"]: supported values: "All"`,
        { group: 'meta.k8s.io', kind: 'CreateOptions' },
      );
  const manager = exchange.query.get('fieldManager') ?? '';
  if (manager.length > 128) throw badRequest('fieldManager: Too long: may not be more than 128 bytes');
  return {
    user: person.user,
    fieldManager: manager === '' ? managerFromUserAgent(exchange.header('user-agent')) : manager,
    isDryRun: dryRun.includes('All'),
    warn: exchange.warn,
  };
}

/** `kubectl/v1.35.2 (linux/amd64)` -> `kubectl`: apiserver/pkg/endpoints/handlers, prefixFromUserAgent. */
function managerFromUserAgent(agent = ''): string {
  const prefix = (agent.split('/')[0] ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, 128);
  return prefix === '' ? 'unknown' : prefix;
}
