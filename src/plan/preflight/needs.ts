import type { KubernetesObject } from '../../kubernetes/objects.ts';

/** One thing that an object will need at run time, and which part of it says so. */
export interface Need {
  kind:
    | 'Secret'
    | 'ConfigMap'
    | 'ServiceAccount'
    | 'PersistentVolumeClaim'
    | 'StorageClass'
    | 'IngressClass'
    | 'Service'
    | 'Image'
    | 'API'
    | 'Port';
  name: string;
  namespace: string;
  /** Key of a Secret or ConfigMap; port of a Service. */
  key?: string;
  /** Words for a person: `Deployment backend, container api, variable DATABASE_URL`. */
  by: string;
  /** Texts that stand near it in the template, most telling first. */
  hints: string[];
  isOptional: boolean;
}

interface Container {
  name: string;
  image?: string;
  env?: { name: string; valueFrom?: { secretKeyRef?: KeyRef; configMapKeyRef?: KeyRef } }[];
  envFrom?: { secretRef?: NameRef; configMapRef?: NameRef }[];
}
interface KeyRef extends NameRef {
  key: string;
}
interface NameRef {
  name: string;
  optional?: boolean;
}
interface PodSpec {
  containers?: Container[];
  initContainers?: Container[];
  volumes?: Record<string, unknown>[];
  imagePullSecrets?: { name: string }[];
  serviceAccountName?: string;
}

/** Where each workload kind keeps its pod template (Kubernetes API reference, Workload Resources). */
const podSpecs: Record<string, (object: KubernetesObject) => PodSpec | undefined> = {
  Pod: ({ spec }) => spec,
  Deployment: ({ spec }) => spec?.template?.spec,
  StatefulSet: ({ spec }) => spec?.template?.spec,
  DaemonSet: ({ spec }) => spec?.template?.spec,
  ReplicaSet: ({ spec }) => spec?.template?.spec,
  Job: ({ spec }) => spec?.template?.spec,
  CronJob: ({ spec }) => spec?.jobTemplate?.spec?.template?.spec,
};

export function podSpecOf(object: KubernetesObject): PodSpec | undefined {
  return podSpecs[object.kind]?.(object);
}

/** Everything that one rendered object will need. `namespace`: where objects without one go. */
export function needsOf(object: KubernetesObject, namespace: string): Need[] {
  const inNamespace = object.metadata.namespace ?? namespace;
  const named = `${object.kind} ${object.metadata.name}`;
  const pod = podSpecOf(object);
  return [
    ...(pod === undefined ? [] : podNeeds(pod, named, inNamespace)),
    ...claimNeeds(object, named, inNamespace),
    ...ingressNeeds(object, named, inNamespace),
  ];
}

function podNeeds(pod: PodSpec, named: string, namespace: string): Need[] {
  const needs: Need[] = [];
  const add = (need: Omit<Need, 'namespace' | 'isOptional'> & { isOptional?: boolean | undefined }) =>
    needs.push({ ...need, namespace, isOptional: need.isOptional ?? false });
  // What a chart forgot is for the API server to say; here it must not get in the way.
  for (const container of [...(pod.initContainers ?? []), ...(pod.containers ?? [])]) {
    const by = `${named}, container ${container.name}`;
    if (container.image) add({ kind: 'Image', name: container.image, by, hints: ['image:'] });
    for (const { name, valueFrom } of container.env ?? []) {
      const [kind, ref] = valueFrom?.secretKeyRef
        ? (['Secret', valueFrom.secretKeyRef] as const)
        : (['ConfigMap', valueFrom?.configMapKeyRef] as const);
      if (ref === undefined) continue;
      add({
        kind,
        name: ref.name,
        key: ref.key,
        by: `${by}, variable ${name}`,
        hints: [`key: ${ref.key}`, `name: ${name}`, ref.key, name],
        isOptional: ref.optional,
      });
    }
    for (const { secretRef, configMapRef } of container.envFrom ?? []) {
      if (secretRef)
        add({
          kind: 'Secret',
          name: secretRef.name,
          by: `${by}, envFrom`,
          hints: ['secretRef:', 'envFrom:'],
          isOptional: secretRef.optional,
        });
      if (configMapRef)
        add({
          kind: 'ConfigMap',
          name: configMapRef.name,
          by: `${by}, envFrom`,
          hints: ['configMapRef:', 'envFrom:'],
          isOptional: configMapRef.optional,
        });
    }
  }
  for (const { name } of pod.imagePullSecrets ?? [])
    add({ kind: 'Secret', name, by: `${named}, imagePullSecrets`, hints: ['imagePullSecrets'] });
  if (pod.serviceAccountName !== undefined && pod.serviceAccountName !== 'default') {
    add({ kind: 'ServiceAccount', name: pod.serviceAccountName, by: named, hints: ['serviceAccountName'] });
  }
  for (const volume of pod.volumes ?? []) needs.push(...volumeNeeds(volume, named, namespace));
  return needs;
}

function volumeNeeds(volume: Record<string, unknown>, named: string, namespace: string): Need[] {
  const by = `${named}, volume ${String(volume['name'])}`;
  const sources = [
    volume,
    ...((volume['projected'] as { sources?: Record<string, unknown>[] } | undefined)?.sources ?? []),
  ];
  return sources.flatMap((source): Need[] => {
    const secret = source['secret'] as
      { secretName?: string; name?: string; items?: { key: string }[]; optional?: boolean } | undefined;
    const config = source['configMap'] as { name: string; items?: { key: string }[]; optional?: boolean } | undefined;
    const claim = source['persistentVolumeClaim'] as { claimName: string } | undefined;
    const own = (source['ephemeral'] as { volumeClaimTemplate?: { spec?: ClaimSpec } } | undefined)
      ?.volumeClaimTemplate;
    if (own?.spec !== undefined) return classNeeds(own.spec, by, namespace);
    const found =
      secret !== undefined
        ? { kind: 'Secret' as const, name: secret.secretName ?? secret.name ?? '', ...secret }
        : config !== undefined
          ? { kind: 'ConfigMap' as const, ...config }
          : undefined;
    if (found !== undefined) {
      const keys: (string | undefined)[] = found.items?.map(({ key }) => key) ?? [undefined];
      return keys.map((key) => ({
        kind: found.kind,
        name: found.name,
        ...(key === undefined ? {} : { key }),
        namespace,
        by,
        hints: [...(key === undefined ? [] : [`key: ${key}`]), found.kind === 'Secret' ? 'secretName' : 'configMap:'],
        isOptional: found.optional ?? false,
      }));
    }
    return claim === undefined
      ? []
      : [
          {
            kind: 'PersistentVolumeClaim',
            name: claim.claimName,
            namespace,
            by,
            hints: ['claimName'],
            isOptional: false,
          },
        ];
  });
}

interface ClaimSpec {
  storageClassName?: string;
}

function claimNeeds(object: KubernetesObject, named: string, namespace: string): Need[] {
  const claims: (ClaimSpec | undefined)[] =
    object.kind === 'PersistentVolumeClaim'
      ? [object['spec']]
      : object.kind === 'StatefulSet'
        ? ((object['spec']?.volumeClaimTemplates ?? []) as { spec?: ClaimSpec }[]).map(({ spec }) => spec)
        : [];
  return claims.flatMap((claim) => classNeeds(claim ?? {}, named, namespace));
}

function classNeeds({ storageClassName }: ClaimSpec, by: string, namespace: string): Need[] {
  // An empty name asks for a volume that an administrator made: no class is needed.
  if (storageClassName === '') return [];
  const hints = ['storageClassName', 'volumeClaimTemplate', 'kind: PersistentVolumeClaim'];
  return [{ kind: 'StorageClass', name: storageClassName ?? '', namespace, by, hints, isOptional: false }];
}

function ingressNeeds(object: KubernetesObject, named: string, namespace: string): Need[] {
  if (object.kind !== 'Ingress') return [];
  const { ingressClassName, rules, tls, defaultBackend } = (object['spec'] ?? {}) as IngressSpec;
  const backends = [
    ...(defaultBackend ? [defaultBackend] : []),
    ...(rules ?? []).flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend)),
  ];
  // cert-manager makes the TLS Secret of an Ingress with one of these annotations (cert-manager documentation, "Annotated Ingress resource").
  const isIssued = Object.keys(object.metadata.annotations ?? {}).some((name) =>
    /^cert-manager\.io\/(cluster-)?issuer$/.test(name),
  );
  // The annotation from before there were classes names a controller by itself (Kubernetes documentation, "Deprecated annotation").
  const isAnnotated = object.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined;
  return [
    ...(isAnnotated
      ? []
      : [
          {
            kind: 'IngressClass' as const,
            name: ingressClassName ?? '',
            namespace,
            by: named,
            hints: ['ingressClassName', 'kind: Ingress'],
            isOptional: false,
          },
        ]),
    ...backends.flatMap(({ service }): Need[] =>
      service === undefined
        ? []
        : [
            {
              kind: 'Service',
              name: service.name,
              key: String(service.port?.number ?? service.port?.name ?? ''),
              namespace,
              by: named,
              hints: ['backend:', 'service:'],
              isOptional: false,
            },
          ],
    ),
    ...(tls ?? []).flatMap(({ secretName }): Need[] =>
      secretName === undefined || isIssued
        ? []
        : [
            {
              kind: 'Secret',
              name: secretName,
              namespace,
              by: `${named}, tls`,
              hints: ['secretName', 'tls:'],
              isOptional: false,
            },
          ],
    ),
  ];
}

/** As a chart writes it: an empty list may be null. */
interface IngressSpec {
  ingressClassName?: string;
  rules?: { http?: { paths?: { backend: Backend }[] | null } }[] | null;
  tls?: { secretName?: string }[] | null;
  defaultBackend?: Backend | null;
}

interface Backend {
  service?: { name: string; port?: { number?: number; name?: string } };
}
