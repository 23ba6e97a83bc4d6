interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** `Ready=False Pending: why` of each condition of an object. */
export const conditionsOf = (object: Record<string, unknown>): string[] =>
  ((object['status'] as { conditions?: Condition[] } | undefined)?.conditions ?? []).map(
    ({ type, status, reason = '', message = '' }) => `${type}=${status} ${reason}: ${message}`,
  );
