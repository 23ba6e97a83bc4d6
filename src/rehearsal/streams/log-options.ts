import { badRequest, invalid, type FieldError } from '../api/status-error.ts';

/** The query of `/log` (PodLogOptions). Times in milliseconds since 1970. */
export interface LogOptions {
  container: string;
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  sinceSeconds?: number;
  sinceTime?: number;
  tailLines?: number;
  limitBytes?: number;
}

/** Reads and checks a query; throws the 400 and 422 of the API server. */
export function readLogOptions(query: URLSearchParams, podName: string): LogOptions {
  const sinceSeconds = numberIn(query, 'sinceSeconds');
  const sinceTime = timeIn(query, 'sinceTime');
  const tailLines = numberIn(query, 'tailLines');
  const limitBytes = numberIn(query, 'limitBytes');
  const errors: FieldError[] = [];
  const refuse = (field: string, value: number, why: string) =>
    errors.push({ reason: 'FieldValueInvalid', field, detail: `Invalid value: ${value}: must be ${why}` });
  if (tailLines !== undefined && tailLines < 0) refuse('tailLines', tailLines, 'greater than or equal to 0');
  if (limitBytes !== undefined && limitBytes < 1) refuse('limitBytes', limitBytes, 'greater than 0');
  if (sinceSeconds !== undefined && sinceTime !== undefined)
    errors.push({
      reason: 'FieldValueForbidden',
      // The path of a field without a name.
      field: '[]',
      detail: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    });
  else if (sinceSeconds !== undefined && sinceSeconds < 1) refuse('sinceSeconds', sinceSeconds, 'greater than 0');
  if (query.has('stream'))
    errors.push({ reason: 'FieldValueForbidden', field: 'stream', detail: 'Forbidden: may not be specified' });
  if (errors.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, podName, errors);
  return {
    container: query.get('container') ?? '',
    follow: isTrue(query.get('follow')),
    previous: isTrue(query.get('previous')),
    timestamps: isTrue(query.get('timestamps')),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}

/** Everything but `0` and `false` is true (k8s.io/apimachinery/pkg/runtime, conversion of query parameters). */
const isTrue = (value: string | null) => value !== null && value !== '0' && value.toLowerCase() !== 'false';

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

/** The kubelet gets it in whole seconds. */
function timeIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return Math.floor(time / 1000) * 1000;
  const quoted = JSON.stringify(text);
  throw badRequest(`parsing time ${quoted} as "2006-01-02T15:04:05Z07:00": cannot parse ${quoted} as "2006"`);
}
