import type { Requester } from '../api/requests.ts';
import type { Resource } from '../api/resource.ts';
import { invalid, type StatusError } from '../api/status-error.ts';
import { subjectOf } from './authorization.ts';
import type { Exchange } from './exchange.ts';

/** Who asks, and the options that every write takes (metav1.CreateOptions, UpdateOptions, PatchOptions). */
export function requesterOf(exchange: Exchange, asked?: Resource): Requester {
  const dryRun = exchange.query.getAll('dryRun');
  for (const value of dryRun)
    if (value !== 'All' && value !== '')
      throw invalidOption(exchange, 'dryRun', `Unsupported value: ["${value}"]: supported values: "All"`);
  const manager = exchange.query.get('fieldManager') ?? '';
  if (manager.length > 128) throw invalidOption(exchange, 'fieldManager', 'Too long: may not be more than 128 bytes');
  return {
    user: subjectOf(exchange).user,
    fieldManager: manager === '' ? managerFromUserAgent(exchange.header('user-agent')) : manager,
    isDryRun: dryRun.includes('All'),
    warn: exchange.warn,
    ...(asked === undefined ? {} : { asked }),
  };
}

/** 422 for a query parameter: they are fields of an options object, one for each verb. */
export function invalidOption({ method }: Exchange, field: string, detail: string): StatusError {
  const options = { PUT: 'UpdateOptions', PATCH: 'PatchOptions', DELETE: 'DeleteOptions' }[method] ?? 'CreateOptions';
  return invalid({ group: 'meta.k8s.io', kind: options }, '', [{ reason: 'FieldValueNotSupported', field, detail }]);
}

/** `kubectl/v1.35.2 (linux/amd64)` -> `kubectl`: apiserver/pkg/endpoints/handlers, prefixFromUserAgent. */
function managerFromUserAgent(agent = ''): string {
  const prefix = (agent.split('/')[0] ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, 128);
  return prefix === '' ? 'unknown' : prefix;
}
