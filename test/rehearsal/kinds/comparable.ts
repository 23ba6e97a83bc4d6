import { isDeepStrictEqual } from 'node:util';
import type { Fields } from './case.ts';

interface Compared {
  code: number;
  answer: Fields;
  warnings: readonly string[];
  sent: Fields;
}

/** What the server makes up for itself: it cannot be the same twice. */
const made = new Set(['uid', 'creationTimestamp', 'resourceVersion', 'managedFields']);

/** An answer without what is different each time: uids, times, generated names, addresses that nobody asked for. */
export function comparable({ code, answer, warnings, sent }: Compared): Fields {
  if (code >= 300) return { code, answer: withSortedCauses(withoutUids(answer)) };
  const { metadata, ...rest } = answer;
  const kept = Object.fromEntries(Object.entries(metadata as Fields).filter(([field]) => !made.has(field)));
  const whole = withoutUids({ ...rest, metadata: kept });
  return { code, warnings: [...warnings].sort(), answer: withoutAllocations(whole, sent) };
}

/** Errors of one map come in any order: Go walks through maps at random. */
function withSortedCauses(status: Fields): Fields {
  const { details, message, ...rest } = status as { message?: string; details?: { causes?: Cause[] } };
  const causes = (details?.causes ?? []).filter(
    (cause, index, all) => all.findIndex((other) => isDeepStrictEqual(other, cause)) === index,
  );
  // Limits are walked through at random as well: `[one, other]`.
  const words = /: \[(.*)\]$/.exec(message ?? '')?.[1];
  const sorted =
    words === undefined
      ? message
      : words
          .split(' ')
          .map((word) => word.replace(/,$/, ''))
          .sort()
          .join(' ');
  const keyOf = ({ field, message: text }: Cause) => `${field} ${text}`;
  return {
    ...rest,
    // The message lists them in the same order.
    ...(causes.length > 1 ? {} : { message: sorted }),
    details: { ...details, causes: causes.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)) },
  };
}

interface Cause {
  field: string;
  message: string;
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Times that the server writes into a status. */
const times = /("(?:lastTransitionTime|lastPhaseTransitionTime)":")[^"]*"/g;

function withoutUids<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value)
      .replace(uuid, 'UID')
      .replace(times, '$1TIME"')
      .replace(/kube-api-access-\w{5}/g, 'kube-api-access-RANDOM'),
  ) as T;
}

/** Addresses and ports of a service, unless they were asked for. */
function withoutAllocations(object: Fields, sent: Fields): Fields {
  if (object['kind'] !== 'Service') return object;
  const spec = object['spec'] as Fields & { ports?: Fields[] };
  const asked = sent['spec'] as Fields & { ports?: Fields[] };
  return {
    ...object,
    spec: {
      ...spec,
      ...(asked['clusterIP'] === undefined && spec['clusterIP'] !== undefined
        ? { clusterIP: 'IP', clusterIPs: ['IP'] }
        : {}),
      ...(spec.ports === undefined
        ? {}
        : {
            ports: spec.ports.map((port, index) =>
              port['nodePort'] !== undefined && asked.ports?.[index]?.['nodePort'] === undefined
                ? { ...port, nodePort: 'PORT' }
                : port,
            ),
          }),
    },
  };
}
