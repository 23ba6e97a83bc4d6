import { UserError } from '../errors/errors.ts';
import type { FoundCluster } from './provider.ts';

/** `UserError` (exit 2) that names what there is instead. */
export function missingCluster(what: string, name: string, found: readonly Pick<FoundCluster, 'name'>[]): UserError {
  const names = found.map((cluster) => cluster.name).join(', ');
  return new UserError(`There is no ${what} ${name}`, {
    next: [names === '' ? 'There is none at all.' : `There are: ${names}`],
  });
}
