import { StatusError, type Status } from '../api/status-error.ts';

/** What a fault does to a request before it reaches the API. */
export type ApiFault =
  | { kind: 'status'; status: Status; retryAfter?: number }
  | { kind: 'delay'; milliseconds: number }
  | { kind: 'close-watch'; afterMilliseconds: number }
  | { kind: 'expired' };

export interface ApiRequest {
  method: string;
  /** `deployments` */
  resource?: string;
  namespace?: string;
  name?: string;
  isWatch: boolean;
}

const answer = (error: StatusError, retryAfter?: number): ApiFault => ({
  kind: 'status',
  status: error.status,
  ...(retryAfter === undefined ? {} : { retryAfter }),
});

/** apiserver/pkg/util/flowcontrol rejects with this and tells clients to come back in a second (`tooManyRequests`). */
export const tooManyRequests = (): ApiFault =>
  answer(
    new StatusError(429, 'TooManyRequests', 'Too many requests, please try again later.', { retryAfterSeconds: 1 }),
    1,
  );

/** An error of etcd comes through without a reason (apiserver responsewriters.ErrorToAPIStatus). */
export const storeTimeout = (): ApiFault => answer(new StatusError(500, '', 'etcdserver: request timed out'));

/** apimachinery api/errors, NewGenericServerResponse for 503. */
export const unavailable = (): ApiFault =>
  answer(new StatusError(503, 'ServiceUnavailable', 'the server is currently unable to handle the request'));

/** apiserver endpoints/filters/authentication.go. */
export const unauthorised = (): ApiFault => answer(new StatusError(401, 'Unauthorized', 'Unauthorized'));

/** Only writes of one object that is there can meet another writer. */
export function outdatedWrite({ method, resource, name }: ApiRequest): ApiFault | undefined {
  if ((method !== 'PUT' && method !== 'PATCH') || resource === undefined || name === undefined) return undefined;
  return answer(
    new StatusError(
      409,
      'Conflict',
      `Operation cannot be fulfilled on ${resource} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
      { name, kind: resource },
    ),
  );
}
