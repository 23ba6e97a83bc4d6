import type { StoredObject } from '../../objects.ts';
import { hasCondition, type Condition } from '../conditions.ts';
import type { Client } from '../client.ts';

/** A Deployment with these labels that is available: the program in it can be thought of as running. */
export function findOperator(client: Client, labels: Readonly<Record<string, string>>): StoredObject | undefined {
  return client
    .list('apps/v1 Deployment', { labels })
    .find((deployment) =>
      hasCondition((deployment['status'] as { conditions?: Condition[] } | undefined)?.conditions, 'Available'),
    );
}
