import { managedBy } from '../kubernetes/objects.ts';
import type { Kubectl } from '../tools/kubectl/kubectl.ts';

/** The command that `Kubectl.apply` runs; the objects come by stdin. */
export function applyCommand({ argv }: Pick<Kubectl, 'argv'>): string[] {
  return argv('apply', '--server-side', `--field-manager=${managedBy}`, '-f', '-', '-o', 'json');
}

/** The command that `Kubectl.create` runs; the object comes by stdin. */
export function createCommand({ argv }: Pick<Kubectl, 'argv'>): string[] {
  return argv('create', `--field-manager=${managedBy}`, '-f', '-', '-o', 'json');
}
