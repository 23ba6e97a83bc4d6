import type { Client, KindName, NewObject } from '../controllers/client.ts';
import { serverVersion } from '../http/version.ts';
import { coreDns } from './core-dns.ts';
import recordedRoles from './recorded/cluster-roles.json' with { type: 'json' };

/** Images that a fresh node has: those of the cluster's own parts. */
export const seededImages = ['registry.k8s.io/coredns/coredns:v1.12.1'] as const;

/** What every node offers. Room for ordinary applications; what does not fit here would be large anywhere. */
const capacity = {
  cpu: '8',
  'ephemeral-storage': '102400000Ki',
  'hugepages-1Gi': '0',
  'hugepages-2Mi': '0',
  memory: '16384000Ki',
  pods: '110',
};

/** Name of the first node; `minikube-m02` and so on follow, as Minikube calls them. */
const nodeName = (index: number) => (index === 0 ? 'minikube' : `minikube-m${String(index + 1).padStart(2, '0')}`);

/** Names of the nodes of a cluster with so many. */
export const nodeNames = (nodes: number): string[] => Array.from({ length: nodes }, (_, index) => nodeName(index));

/** Makes what a fresh cluster of Minikube has, without its control plane, which runs in no pods here. */
export function seed(client: Client, { nodes }: { nodes: number }): void {
  const make = (object: NewObject) => {
    const kind = `${object.apiVersion} ${object.kind}` as KindName;
    if (client.get(kind, object.metadata.namespace, object.metadata.name ?? '') === undefined) client.create(object);
  };
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
    make({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
      spec: {},
    });
  for (const object of [...priorityClasses, storageClass, ...clusterRoles(), ...clusterRoleBindings()]) make(object);
  for (let index = 0; index < nodes; index += 1) make(node(index));
  for (const namespace of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
    make({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
  make(apiService);
  for (const object of coreDns(seededImages[0])) make(object);
}

/** As the admission plugin Priority makes them (pkg/apis/scheduling/helpers.go). */
const priorityClasses: readonly NewObject[] = [
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-node-critical' },
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
    preemptionPolicy: 'PreemptLowerPriority',
  },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-cluster-critical' },
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    preemptionPolicy: 'PreemptLowerPriority',
  },
];

/** Minikube's add-on `default-storageclass`. */
const storageClass: NewObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: 'standard',
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    labels: { 'addonmanager.kubernetes.io/mode': 'EnsureExists' },
  },
  provisioner: 'k8s.io/minikube-hostpath',
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
};

const apiService: NewObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
  spec: {
    clusterIP: '10.96.0.1',
    clusterIPs: ['10.96.0.1'],
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 8443 }],
    sessionAffinity: 'None',
    type: 'ClusterIP',
  },
};

function clusterRoles(): NewObject[] {
  return recordedRoles.roles.map(({ name, labels, annotations, rules, aggregationRule }) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels, annotations },
    ...(aggregationRule === undefined ? {} : { aggregationRule }),
    rules,
  }));
}

function clusterRoleBindings(): NewObject[] {
  const rbac = 'rbac.authorization.k8s.io';
  // Made by kubeadm: the person of its kubeconfig is in this group.
  const administrators = {
    name: 'kubeadm:cluster-admins',
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: rbac, kind: 'Group', name: 'kubeadm:cluster-admins' }],
  };
  return [administrators, ...recordedRoles.bindings].map(({ roleRef, subjects, ...metadata }) => ({
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef,
    subjects,
  }));
}

function node(index: number): NewObject {
  const name = nodeName(index);
  const isFirst = index === 0;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'minikube.k8s.io/name': 'minikube',
        'minikube.k8s.io/primary': String(isFirst),
        ...(isFirst
          ? {
              'node-role.kubernetes.io/control-plane': '',
              'node.kubernetes.io/exclude-from-external-load-balancers': '',
            }
          : {}),
      },
      annotations: {
        'node.alpha.kubernetes.io/ttl': '0',
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
      },
    },
    spec: { podCIDR: `10.244.${index}.0/24`, podCIDRs: [`10.244.${index}.0/24`] },
    status: {
      addresses: [
        { type: 'InternalIP', address: `192.168.49.${2 + index}` },
        { type: 'Hostname', address: name },
      ],
      allocatable: capacity,
      capacity,
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'containerd://2.2.9',
        kernelVersion: 'rehearsal',
        kubeProxyVersion: '',
        kubeletVersion: serverVersion.gitVersion,
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'Rehearsal',
        systemUUID: '',
      },
    },
  };
}
