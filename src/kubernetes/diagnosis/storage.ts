import type { KubernetesObject } from '../objects.ts';
import { condition, isFalse, isTrue } from '../rollout/conditions.ts';
import { eventsOf, newest } from '../rollout/events.ts';
import { storageClassOf } from '../rollout/persistent-volume-claim.ts';
import { podsWithClaim } from '../rollout/pods.ts';
import type { KubernetesEvent } from '../rollout/shapes.ts';
import { instant } from '../rollout/times.ts';
import { groupsOf, knownFailures, type Finding } from './known-failure.ts';
import { clean } from './log-lines.ts';
import { eventText, inPods, kubectl, waitingSince, type Scene } from './scene.ts';

/** A claim without a volume, of which the volume controller or a provisioner says this. */
function claim(scene: Scene, reasons: string[], says: RegExp): Finding | undefined {
  for (const object of scene.claims) {
    if (object['status']?.phase === 'Bound') continue;
    // Those that say why go before those that only say that they wait.
    const events = eventsOf(scene.snapshot, object).filter(({ message = '' }) => says.test(message));
    const event = newest(events, reasons);
    if (event !== undefined) return claimFinding(scene, object, event, says);
  }
  return undefined;
}

function claimFinding(scene: Scene, object: KubernetesObject, event: KubernetesEvent, says: RegExp): Finding {
  const storageClass = storageClassOf(object, scene.snapshot);
  return {
    object,
    message: event.message ?? '',
    names: {
      claim: object.metadata.name,
      class: (object['spec']?.storageClassName as string | undefined) ?? storageClass?.metadata.name ?? '',
      provisioner: (storageClass?.['provisioner'] as string | undefined) ?? '',
      modes: ((object['spec']?.accessModes ?? []) as string[]).join(', '),
      classes: scene.snapshot
        .objects('StorageClass')
        .map(({ metadata }) => metadata.name)
        .sort()
        .join(', '),
      ...groupsOf(says.exec(event.message ?? '')),
    },
    evidence: [eventText(event)],
    field: 'spec.storageClassName',
    since: instant(object.metadata.creationTimestamp),
    occurrences: 1,
  };
}

/** A pod that cannot be placed, or whose volumes cannot be mounted, for this reason. */
function unplaced(scene: Scene, says: RegExp): Finding | undefined {
  return inPods(scene, (pod) => {
    const scheduled = condition(pod, 'PodScheduled');
    const match = says.exec(scheduled?.message ?? '');
    if (!isFalse(scheduled) || match === null) return undefined;
    const message = scheduled?.message ?? '';
    const since = instant(scheduled?.lastTransitionTime);
    return {
      object: pod,
      message,
      names: { ...groupsOf(match) },
      evidence: [`scheduler: ${clean(message)}`],
      field: 'spec.volumes',
      since,
      occurrences: 1,
    };
  });
}

function unmounted(scene: Scene, reasons: string[], says: RegExp): Finding | undefined {
  return inPods(scene, (pod, events) => {
    const event = newest(
      events.filter(({ message = '' }) => says.test(message)),
      reasons,
    );
    const hasStarted = isTrue(condition(pod, 'PodReadyToStartContainers'));
    if (event === undefined || hasStarted) return undefined;
    const message = event.message ?? '';
    return {
      object: pod,
      message,
      names: {},
      evidence: [eventText(event)],
      field: 'spec.volumes',
      since: waitingSince(pod, event),
      occurrences: 1,
    };
  });
}

const classes = ({ names }: Finding): string =>
  names.classes ? `This cluster has: ${names.classes}.` : 'List them: kubectl get storageclasses';
const remake = 'A claim cannot change its class: delete it (it has no data yet) and install again.';

export const storageFailures = knownFailures([
  {
    code: 'pvc-lost',
    who: 'cluster',
    find: lost,
    fatal: 'now',
    cause: ({ names }) => `The disk behind volume claim ${names.claim} is gone.`,
    remedy: () => [
      'Restore its data from a backup into a new claim; deleting the claim and installing again begins empty.',
    ],
    means:
      'A claim was bound to a volume that no longer exists. What was on it is lost, unless the disk itself was kept.',
    source: 'PersistentVolumeClaim phase Lost; event ClaimLost',
  },
  {
    code: 'pvc-missing',
    who: 'recipe',
    find: (scene) => unplaced(scene, /persistentvolumeclaim "(?<claim>[^"]+)" not found/i),
    fatal: { seconds: 15 },
    cause: ({ names }) => `The pod uses volume claim ${names.claim}, and there is none by that name in this namespace.`,
    remedy: (finding) => [`Create it, or correct the name; those that exist: ${kubectl(finding.object, 'get', 'pvc')}`],
    means: 'A volume of the pod names a PersistentVolumeClaim that does not exist in its namespace.',
    source: 'kube-scheduler VolumeBinding: persistentvolumeclaim "..." not found',
  },
  {
    code: 'pvc-pending-no-class',
    who: 'cluster',
    find: (scene) =>
      claim(scene, ['FailedBinding'], /no storage class is set/i) ??
      claim(scene, ['ProvisioningFailed'], /storageclass.*"(?<class>[^"]+)" not found/i),
    fatal: { seconds: 15 },
    cause: ({ names, message }) =>
      /not found/.test(message)
        ? `Volume claim ${names.claim} wants the storage class "${names.class}", which this cluster does not have.`
        : `Volume claim ${names.claim} names no storage class, and nothing gives it a disk without one.`,
    remedy: (finding) => [
      `Choose a storage class that exists. ${classes(finding)}`,
      remake,
      'On Minikube: minikube addons enable default-storageclass storage-provisioner',
    ],
    means:
      'A volume claim gets its disk from a storage class. It names one that does not exist, or none where the cluster has no default. Each kind of cluster calls them differently (standard, do-block-storage, gp3).',
    source: 'persistentvolume controller: FailedBinding "no storage class is set" (type Normal), ProvisioningFailed',
  },
  {
    code: 'pvc-provisioning-failed',
    who: 'cluster',
    find: (scene) => claim(scene, ['ProvisioningFailed'], /./),
    fatal: { seconds: 60 },
    cause: ({ names }) =>
      names.modes?.includes('ReadWriteMany')
        ? `The storage class ${names.class} cannot make the disk for volume claim ${names.claim}; disks for several pods at once (ReadWriteMany) are more than most classes can.`
        : `The storage class ${names.class} could not make the disk for volume claim ${names.claim}.`,
    remedy: (finding) => [
      ...(finding.names.modes?.includes('ReadWriteMany')
        ? ['Use accessModes: [ReadWriteOnce], with one pod.']
        : ['Size, zone, quota and rights of the disk driver are the usual reasons: see its words.']),
      kubectl(finding.object, 'describe', 'pvc', finding.object.metadata.name),
    ],
    means:
      'The driver behind the storage class was asked for a disk and refused: quota, rights, zone, size or an access mode that it does not have. The evidence has its words.',
    source: 'external-provisioner and persistentvolume controller: event ProvisioningFailed',
  },
  {
    code: 'pvc-pending-no-provisioner',
    who: 'cluster',
    find: (scene) => claim(scene, ['ExternalProvisioning'], /external provisioner ['"](?<provisioner>[^'"]+)['"]/i),
    usualFor: 15,
    fatal: { seconds: 90 },
    cause: ({ names }) =>
      `Volume claim ${names.claim} waits for ${names.provisioner} to make its disk, and nothing comes: that driver is not running, or is slow.`,
    remedy: ({ names }) => [
      `Look for the pods of ${names.provisioner}: kubectl get pods --all-namespaces`,
      'On Minikube: minikube addons enable storage-provisioner',
    ],
    means:
      'A storage class names the driver that makes its disks. That driver is a program in the cluster; when it is not installed or does not run, claims of its class wait for ever.',
    source: 'persistentvolume controller: event ExternalProvisioning',
  },
  {
    code: 'pvc-pending-no-volume',
    who: 'cluster',
    find: (scene) => unplaced(scene, /didn't find available persistent volumes/i),
    fatal: { seconds: 30 },
    cause: () =>
      'The storage class of a volume claim makes no disks by itself, and no volume that was made by hand fits.',
    remedy: () => ['Create a PersistentVolume that fits in size and access mode, or choose another class.'],
    means: 'Some classes only hand out volumes that an administrator made before. None of them is free and fits.',
    source: 'kube-scheduler VolumeBinding: "didn\'t find available persistent volumes to bind"',
  },
  {
    code: 'volume-on-another-node',
    who: 'cluster',
    // Both wordings are in use: the older and, since Kubernetes 1.31, the newer.
    find: (scene) => unplaced(scene, /volume node affinity conflict|didn't match PersistentVolume's node affinity/i),
    fatal: { seconds: 60 },
    cause: () => 'The disk of the pod is tied to another node or zone than those that are free.',
    remedy: () => [
      'Make room on the node that has the disk, or delete the claim and begin with an empty disk (its data is lost).',
    ],
    means:
      'Local disks and cloud disks are tied to a node or zone. The pod must run where its disk is, and there is no room there.',
    source: 'kube-scheduler VolumeBinding, VolumeZone',
  },
  {
    code: 'volume-in-use',
    who: 'cluster',
    find: (scene) => unmounted(scene, ['FailedAttachVolume'], /multi-attach/i),
    fatal: { seconds: 120 },
    cause: () => 'The disk of the pod is still held by an older pod on another node.',
    remedy: () => ['Wait until the old pod is gone; for one pod with a disk use strategy: Recreate.'],
    means:
      'A ReadWriteOnce disk is attached to one node at a time. The old pod must end before the new one can have it.',
    source: 'attach-detach controller: FailedAttachVolume "Multi-Attach error"',
  },
  {
    code: 'volume-mount-failed',
    who: 'cluster',
    find: (scene) =>
      unmounted(
        scene,
        ['FailedMount', 'FailedAttachVolume'],
        /timed out waiting|unable to attach or mount|MountVolume\.(?:SetUp|MountDevice) failed/i,
      ),
    fatal: { seconds: 180 },
    cause: () => 'A volume of the pod cannot be mounted on its node.',
    remedy: (finding) => [
      'The words of the driver tell more:',
      kubectl(finding.object, 'describe', 'pod', finding.object.metadata.name),
    ],
    means:
      'The node has the pod but cannot mount one of its volumes: the driver hangs, the server does not answer, or a right is missing.',
    source: 'kubelet: FailedMount',
  },
  {
    code: 'pvc-pending-wait-for-consumer',
    who: 'recipe',
    find: waitsForPod,
    fatal: 'never',
    cause: ({ names }) =>
      `Volume claim ${names.claim} gets its disk when the first pod uses it; that is as it should be.`,
    remedy: () => ['Nothing: start the pod that uses it.'],
    means:
      'Many storage classes make a disk only when a pod is placed, so that it is where the pod is (volumeBindingMode: WaitForFirstConsumer). A claim that no pod uses stays pending.',
    source: 'Kubernetes documentation, "Volume Binding Mode"; event WaitForFirstConsumer (type Normal)',
  },
]);

function lost({ claims }: Scene): Finding | undefined {
  const object = claims.find((one) => one['status']?.phase === 'Lost');
  if (object === undefined) return undefined;
  const message = 'phase Lost';
  return {
    object,
    message,
    names: { claim: object.metadata.name },
    evidence: [`volume claim ${object.metadata.name}: ${message}`],
    since: undefined,
    occurrences: 1,
  };
}

function waitsForPod(scene: Scene): Finding | undefined {
  const isUsed = podsWithClaim(scene.object.metadata.name, scene.snapshot).length > 0;
  if (scene.object.kind !== 'PersistentVolumeClaim' || isUsed) return undefined;
  return claim(scene, ['WaitForFirstConsumer'], /./);
}
