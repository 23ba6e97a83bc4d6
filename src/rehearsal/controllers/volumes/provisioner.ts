import type { StoredObject } from '../../objects.ts';
import type { Controller } from '../controller.ts';
import { namesOf } from '../controller.ts';
import { isTerminating } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import {
  claimKind,
  claimSpec,
  classOf,
  isDelayed,
  keyFor,
  phaseOfStatus,
  storageClass,
  volumeAnnotations,
  volumeKind,
  volumeSpec,
} from './volume-view.ts';

/** What one provisioner makes out of a claim. */
interface Provisioner {
  /** As StorageClasses name it. */
  name: string;
  /** Milliseconds that making a volume takes, and deleting it. */
  duration: number;
  annotations(node: string | undefined, identity: string): Record<string, string>;
  source(volume: string, claim: StoredObject, node: string | undefined): object;
}

/** The provisioners of the clusters on one's own machine: rancher/local-path-provisioner and minikube's storage-provisioner. */
const provisioners: Provisioner[] = [
  {
    name: 'rancher.io/local-path',
    duration: 3500,
    annotations: (node) => (node === undefined ? {} : { 'local.path.provisioner/selected-node': node }),
    source: (volume, { metadata }, node) => ({
      hostPath: {
        path: `/opt/local-path-provisioner/${volume}_${metadata.namespace}_${metadata.name}`,
        type: 'DirectoryOrCreate',
      },
      ...(node === undefined
        ? {}
        : {
            nodeAffinity: {
              required: {
                nodeSelectorTerms: [
                  { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] },
                ],
              },
            },
          }),
    }),
  },
  {
    name: 'k8s.io/minikube-hostpath',
    duration: 200,
    annotations: (_, identity) => ({ hostPathProvisionerIdentity: identity }),
    source: (_, { metadata }) => ({
      hostPath: { path: `/tmp/hostpath-provisioner/${metadata.namespace}/${metadata.name}`, type: '' },
    }),
  },
];

/** Names of the provisioners that run in the rehearsed cluster. */
export const provisionerNames: readonly string[] = provisioners.map(({ name }) => name);

/**
 * Makes and deletes the volumes of the classes that it serves (sig-storage-lib-external-provisioner). `isAway`: it does not
 * hear of this claim.
 */
export function volumeProvisioner(name: string, isAway: (claim: StoredObject) => boolean = () => false): Controller {
  const provisioner = provisioners.find((known) => known.name === name);
  if (provisioner === undefined) throw new TypeError(`no provisioner ${name}`);
  return {
    name,
    start({ client, clock, chance }) {
      const identity = chance.uuid();
      const busy = new Set<string>();
      const claims = new Reconciler(clock, (key) => {
        const claim = client.get(claimKind, ...namesOf(key));
        if (claim === undefined || isTerminating(claim) || busy.has(claim.metadata.uid) || isAway(claim)) return;
        const found = storageClass(client, classOf(claim));
        const node = claim.metadata.annotations?.[volumeAnnotations.selectedNode];
        const isOurs =
          claim.metadata.annotations?.[volumeAnnotations.provisioner] === name && found?.['provisioner'] === name;
        if (!isOurs || (claimSpec(claim).volumeName ?? '') !== '' || (isDelayed(found) && node === undefined)) return;
        busy.add(claim.metadata.uid);
        client.event(claim, {
          type: 'Normal',
          reason: 'Provisioning',
          message: `External provisioner is provisioning volume for claim "${key}"`,
        });
        clock.after(provisioner.duration, () => {
          busy.delete(claim.metadata.uid);
          const latest = client.get(claimKind, ...namesOf(key));
          if (latest?.metadata.uid !== claim.metadata.uid || isTerminating(latest)) return;
          made.add(key);
        });
      });
      const made = new Reconciler(clock, (key) => {
        const claim = client.get(claimKind, ...namesOf(key));
        const found = claim === undefined ? undefined : storageClass(client, classOf(claim));
        if (claim === undefined || found === undefined) return;
        const volume = `pvc-${claim.metadata.uid}`;
        if (client.get(volumeKind, undefined, volume) !== undefined) return;
        client.create(volumeFor(provisioner, claim, found, { volume, identity }));
        client.event(claim, {
          type: 'Normal',
          reason: 'ProvisioningSucceeded',
          message: `Successfully provisioned volume ${volume}`,
        });
      });
      const released = new Reconciler(clock, (key) => {
        const volume = client.get(volumeKind, undefined, key);
        if (volume !== undefined && phaseOfStatus(volume) === 'Released' && !isTerminating(volume))
          client.delete(volume);
      });
      client.watch(claimKind, ({ object, type }) => {
        if (type !== 'DELETED') claims.add(keyFor(object));
      });
      client.watch(volumeKind, ({ object, type }) => {
        const isOurs = object.metadata.annotations?.[volumeAnnotations.provisionedBy] === name;
        if (type === 'DELETED' || !isOurs || volumeSpec(object).persistentVolumeReclaimPolicy !== 'Delete') return;
        if (phaseOfStatus(object) === 'Released') released.addAfter(object.metadata.name, provisioner.duration);
      });
    },
  };
}

function volumeFor(
  { name, annotations, source }: Provisioner,
  claim: StoredObject,
  found: StoredObject,
  { volume, identity }: { volume: string; identity: string },
) {
  const node = claim.metadata.annotations?.[volumeAnnotations.selectedNode];
  const { accessModes, resources, volumeMode = 'Filesystem' } = claimSpec(claim);
  const { namespace = '', name: claimName, uid, resourceVersion } = claim.metadata;
  const mountOptions = found['mountOptions'] as string[] | undefined;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volume,
      annotations: { ...annotations(node, identity), [volumeAnnotations.provisionedBy]: name },
    },
    spec: {
      capacity: { storage: resources?.requests?.storage ?? '0' },
      accessModes: accessModes ?? [],
      ...source(volume, claim, node),
      claimRef: { kind: 'PersistentVolumeClaim', namespace, name: claimName, uid, apiVersion: 'v1', resourceVersion },
      persistentVolumeReclaimPolicy: (found['reclaimPolicy'] as string | undefined) ?? 'Delete',
      storageClassName: found.metadata.name,
      ...(mountOptions === undefined ? {} : { mountOptions }),
      volumeMode,
    },
  };
}
