import { compareQuantities, parseQuantity } from '../../kinds/quantity.ts';
import type { StoredObject } from '../../objects.ts';
import { matchesSelector } from '../../store/selectors.ts';
import { isTerminating } from '../pods.ts';
import { classOf, claimSpec, volumeSpec } from './volume-view.ts';

export const refersTo = (volume: StoredObject, claim: StoredObject): boolean => {
  const { claimRef } = volumeSpec(volume);
  return (
    claimRef !== undefined &&
    claimRef.name === claim.metadata.name &&
    claimRef.namespace === claim.metadata.namespace &&
    (claimRef.uid === undefined || claimRef.uid === '' || claimRef.uid === claim.metadata.uid)
  );
};

/**
 * The volume for a claim: one that was made for it, else the smallest that is large enough
 * (component-helpers/storage/volume, FindMatchingVolume). With delayed binding only the first.
 */
export function matchingVolume(
  claim: StoredObject,
  volumes: readonly StoredObject[],
  isDelayed: boolean,
): StoredObject | undefined {
  const reserved = volumes.find((volume) => refersTo(volume, claim) && isUsable(volume, claim));
  if (reserved !== undefined || isDelayed) return reserved;
  return volumes
    .filter((volume) => volumeSpec(volume).claimRef === undefined && isUsable(volume, claim) && matches(volume, claim))
    .sort((one, other) => compareQuantities(sizeOf(one), sizeOf(other)))[0];
}

const sizeOf = (volume: StoredObject) => parseQuantity(volumeSpec(volume).capacity?.storage ?? '0');

function isUsable(volume: StoredObject, claim: StoredObject): boolean {
  const wanted = parseQuantity(claimSpec(claim).resources?.requests?.storage ?? '0');
  const modes = volumeSpec(volume).accessModes ?? [];
  return (
    !isTerminating(volume) &&
    compareQuantities(sizeOf(volume), wanted) >= 0 &&
    (claimSpec(claim).accessModes ?? []).every((mode) => modes.includes(mode)) &&
    (volumeSpec(volume).volumeMode ?? 'Filesystem') === (claimSpec(claim).volumeMode ?? 'Filesystem')
  );
}

function matches(volume: StoredObject, claim: StoredObject): boolean {
  const { selector } = claimSpec(claim);
  return (
    classOf(volume) === classOf(claim) &&
    ((volume['status'] as { phase?: string } | undefined)?.phase ?? 'Available') === 'Available' &&
    (selector === undefined || matchesSelector(selector, volume.metadata.labels ?? {}))
  );
}
