import type { StoredObject } from '../../objects.ts';
import type { Client } from '../client.ts';
import { olmKinds } from './olm-kinds.ts';

/** Namespaces that the operators of the group watch; an empty name stands for all. */
export const targetsOf = (operatorGroup: StoredObject): string[] => {
  const { targetNamespaces = [] } = (operatorGroup['spec'] ?? {}) as { targetNamespaces?: string[] };
  return targetNamespaces.length === 0 ? [''] : targetNamespaces;
};

/** The OperatorGroup of a version. A namespace must have exactly one, and of a kind that the version supports. */
export function operatorGroupOf(
  client: Client,
  version: StoredObject,
): { operatorGroup: StoredObject } | { problem: [reason: string, message: string] } {
  const { namespace } = version.metadata;
  const [only, ...others] = client.list(olmKinds.operatorGroup, namespace === undefined ? {} : { namespace });
  if (only === undefined) return { problem: ['NoOperatorGroup', 'csv in namespace with no operatorgroups'] };
  if (others.length > 0)
    return {
      problem: [
        'TooManyOperatorGroups',
        "csv created in namespace with multiple operatorgroups, can't pick one automatically",
      ],
    };
  const unsupported = unsupportedMode(version, targetsOf(only));
  return unsupported === undefined ? { operatorGroup: only } : { problem: ['UnsupportedOperatorGroup', unsupported] };
}

/** operator-framework/api, InstallModeSet.Supports. */
function unsupportedMode({ spec, metadata }: StoredObject, targets: readonly string[]): string | undefined {
  const { installModes } = spec as { installModes: { type: string; supported: boolean }[] };
  const refused = (mode: string, what: string) =>
    installModes.some(({ type, supported }) => type === mode && supported)
      ? undefined
      : `${mode} InstallModeType not supported, cannot configure to watch ${what}`;
  if (targets.length > 1)
    return (
      refused('MultiNamespace', `${targets.length} namespaces`) ??
      (targets.includes(metadata.namespace ?? '') ? refused('OwnNamespace', 'own namespace') : undefined)
    );
  const [target] = targets;
  if (target === '') return refused('AllNamespaces', 'all namespaces');
  return target === metadata.namespace
    ? refused('OwnNamespace', 'own namespace')
    : refused('SingleNamespace', 'one namespace');
}
