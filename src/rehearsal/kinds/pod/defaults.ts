import { each, fill, fillZero, isAbsent, set, within, withinEach, type Fields } from '../sharing.ts';
import { addQuantities, formatQuantity, milliValue, parseQuantity } from '../quantity.ts';
import type { Container, PodSpec, ResourceList } from './types.ts';

/**
 * Defaults of pods and pod templates (`SetDefaults_*` of pkg/apis/core/v1/defaults.go). A template that has been through
 * here comes back as it is, and pods of one template share what was filled in.
 */
const filled = new WeakSet<object>();
const filledPods = new WeakMap<object, PodSpec>();

const probeDefaults = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

// github.com/distribution/reference: a domain is what has a dot or a port, or is localhost, or has upper case letters.
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const domain = '(?:(?:[a-zA-Z0-9][-a-zA-Z0-9]*)(?:\\.[a-zA-Z0-9][-a-zA-Z0-9]*)*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?/';
const reference = new RegExp(`^(?:${domain})?${component}(?:/${component})*(?::([\\w][\\w.-]{0,127}))?(@.+)?$`);

/** Always for an image without tag and digest, or with the tag `latest`; also IfNotPresent for what is no image name. */
function pullPolicyOf(image: string | undefined): string {
  const match = reference.exec(image ?? '');
  if (match === null) return 'IfNotPresent';
  const [, tag, digest] = match;
  return tag === 'latest' || (tag === undefined && digest === undefined) ? 'Always' : 'IfNotPresent';
}

const withHttpGet = <T extends object>(handler: T): T =>
  within(handler, 'httpGet', (action) => fillZero(action, { path: '/', scheme: 'HTTP' }));

const withProbe = <T extends object>(container: T, field: string): T =>
  within(container, field, (probe) => fillZero(withHttpGet(probe), probeDefaults));

/** Finer than a thousandth is rounded up (`SetDefaults_ResourceList`). */
function withMilli<T extends object>(resources: T, field: string): T {
  return within(resources, field, (list) => {
    let rounded = list;
    for (const [name, value] of Object.entries(list as ResourceList)) {
      const quantity = parseQuantity(value);
      if (quantity.nano % 1_000_000n !== 0n)
        rounded = set(
          rounded,
          name,
          formatQuantity({ nano: milliValue(quantity) * 1_000_000n, format: quantity.format }),
        );
    }
    return rounded;
  });
}

const withRoundedResources = (resources: Fields) => withMilli(withMilli(resources, 'limits'), 'requests');

const apiVersioned = (source: Fields) => within(source, 'fieldRef', (ref) => fillZero(ref, { apiVersion: 'v1' }));

const withDivisor = (source: Fields) =>
  within(source, 'resourceFieldRef', (ref) => (isAbsent(ref['divisor']) ? set(ref, 'divisor', '0') : ref));

/** Restart rules of containers are switched off by default in 1.34: only sidecars may say how they restart. */
const withoutRestartRules = (isInit: boolean) => (container: Fields) => {
  const rest = set(container, 'restartPolicyRules', undefined);
  return isInit && rest['restartPolicy'] === 'Always' ? rest : set(rest, 'restartPolicy', undefined);
};

/** Volumes from images are switched off as well: they go, with their mounts (`dropDisabledFields` of pkg/api/pod/util.go). */
function withoutImageVolumes(spec: PodSpec): PodSpec {
  const dropped = new Set((spec.volumes ?? []).filter(({ image }) => !isAbsent(image)).map(({ name }) => name));
  if (dropped.size === 0) return spec;
  const kept = <T extends { name?: string }>(list: T[] = []) => list.filter(({ name }) => !dropped.has(name));
  const orNone = <T>(list: T[]) => (list.length === 0 ? undefined : list);
  let result = set(spec, 'volumes', orNone(kept(spec.volumes)));
  for (const field of ['containers', 'initContainers', 'ephemeralContainers'])
    result = withinEach(result, field, (container) =>
      set(container, 'volumeMounts', orNone(kept(container['volumeMounts'] as { name?: string }[] | undefined))),
    );
  return result;
}

function withContainer(container: Fields): Fields {
  let result = fillZero(container, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicyOf(container['image'] as string | undefined),
  });
  result = isAbsent(result['resources'])
    ? set(result, 'resources', {})
    : within(result, 'resources', withRoundedResources);
  result = withinEach(result, 'ports', (port) => fillZero(port, { protocol: 'TCP' }));
  result = withinEach(result, 'env', (variable) =>
    within(variable, 'valueFrom', (source) => withDivisor(apiVersioned(source))),
  );
  result = withProbe(result, 'livenessProbe');
  result = withProbe(result, 'readinessProbe');
  result = withProbe(result, 'startupProbe');
  result = within(result, 'livenessProbe', withGrpcService);
  result = within(result, 'readinessProbe', withGrpcService);
  result = within(result, 'startupProbe', withGrpcService);
  return within(result, 'lifecycle', (lifecycle) =>
    within(within(lifecycle, 'postStart', withHttpGet), 'preStop', withHttpGet),
  );
}

const withGrpcService = (probe: Fields) => within(probe, 'grpc', (grpc) => fill(grpc, { service: '' }));

const withFiles = (source: Fields) => withinEach(source, 'items', (file) => withDivisor(apiVersioned(file)));

const sourcesOfVolume = (volume: Fields) =>
  Object.keys(volume).some((field) => field !== 'name' && !isAbsent(volume[field]));

function withVolume(volume: Fields): Fields {
  let result = sourcesOfVolume(volume) ? volume : set(volume, 'emptyDir', {});
  for (const field of ['secret', 'configMap', 'downwardAPI', 'projected'])
    result = within(result, field, (source) => fill(source, { defaultMode: 420 }));
  result = within(result, 'downwardAPI', withFiles);
  result = within(result, 'projected', (projected) =>
    withinEach(isAbsent(projected['sources']) ? set(projected, 'sources', null) : projected, 'sources', (source) =>
      within(within(source, 'downwardAPI', withFiles), 'serviceAccountToken', (token) =>
        fill(token, { expirationSeconds: 3600 }),
      ),
    ),
  );
  result = within(result, 'hostPath', (source) => fill(source, { type: '' }));
  result = within(result, 'image', (source) =>
    fillZero(source, { pullPolicy: pullPolicyOf(source['reference'] as string | undefined) }),
  );
  return within(result, 'ephemeral', (source) =>
    within(source, 'volumeClaimTemplate', (template) =>
      within(isAbsent(template['metadata']) ? set(template, 'metadata', {}) : template, 'spec', (spec) =>
        fill(spec, { volumeMode: 'Filesystem', resources: {} }),
      ),
    ),
  );
}

function withPodSpecDefaults(spec: PodSpec): PodSpec {
  if (filled.has(spec)) return spec;
  const result = withSpecDefaults(spec);
  filled.add(result);
  return result;
}

/** Defaults that pods and pod templates share. */
function withSpecDefaults(spec: PodSpec): PodSpec {
  if (filled.has(spec)) return spec;
  let result: PodSpec = fillZero(spec, {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
  });
  result = fill(result, { securityContext: {}, terminationGracePeriodSeconds: 30 });
  result = withoutImageVolumes(withAccount(result));
  result = withinEach(result, 'containers', withoutRestartRules(false));
  result = withinEach(result, 'initContainers', withoutRestartRules(true));
  for (const field of ['containers', 'initContainers', 'ephemeralContainers'])
    result = withinEach(result, field, withContainer);
  return withinEach(result, 'volumes', withVolume);
}

/** `serviceAccount` is the old name of `serviceAccountName`; both are shown (pkg/apis/core/v1/conversion.go). */
function withAccount(spec: PodSpec): PodSpec {
  const name = spec.serviceAccountName ?? spec.serviceAccount;
  return name === undefined || name === '' ? spec : set(set(spec, 'serviceAccountName', name), 'serviceAccount', name);
}

const withHostPorts = (spec: PodSpec, field: string) =>
  withinEach(spec, field, (container) =>
    withinEach(container, 'ports', (port) => fillZero(port, { hostPort: port['containerPort'] })),
  );

/** Limits stand for requests that are not given. */
function withRequests(container: Container): Container {
  const { limits, requests } = container.resources ?? {};
  if (isAbsent(limits)) return container;
  const all = fill(requests ?? {}, limits);
  return all === requests ? container : { ...container, resources: { ...container.resources, requests: all } };
}

/** Defaults of pods alone (`SetDefaults_Pod`): templates are not touched by these. */
export function withPodDefaults(given: PodSpec): PodSpec {
  const known = filledPods.get(given);
  if (known !== undefined) return known;
  let spec = fill(withSpecDefaults(given), { enableServiceLinks: true });
  if (!isAbsent(spec.containers)) spec = set(spec, 'containers', each(spec.containers, withRequests));
  if (!isAbsent(spec.initContainers)) spec = set(spec, 'initContainers', each(spec.initContainers, withRequests));
  spec = withPodRequests(spec);
  if (spec.hostNetwork === true) spec = withHostPorts(withHostPorts(spec, 'containers'), 'initContainers');
  if (spec !== given) filledPods.set(given, spec);
  return spec;
}

const podLevel = ['cpu', 'memory'];

/** Requests of the pod as a whole, when it has limits (`defaultPodRequests`). */
function withPodRequests(spec: PodSpec): PodSpec {
  const { limits, requests } = spec.resources ?? {};
  if (isAbsent(limits) || Object.keys(limits).length === 0) return spec;
  const ofContainers: ResourceList = {};
  for (const { resources } of spec.containers ?? [])
    for (const [name, value] of Object.entries(resources?.requests ?? {}))
      if (podLevel.includes(name))
        ofContainers[name] =
          ofContainers[name] === undefined
            ? value
            : formatQuantity(addQuantities(parseQuantity(ofContainers[name]), parseQuantity(value)));
  const ofPod = Object.fromEntries(Object.entries(limits).filter(([name]) => podLevel.includes(name)));
  const all = fill(fill(requests ?? {}, ofContainers), ofPod);
  return all === requests || Object.keys(all).length === 0
    ? spec
    : { ...spec, resources: { ...spec.resources, requests: all } };
}

/** A pod template within an object: its metadata is always there. */
export function withTemplate<T extends object>(owner: T, field = 'template'): T {
  return within(owner, field, (template) =>
    within(fill(template, { metadata: {}, spec: { containers: null } }), 'spec', withPodSpecDefaults),
  );
}
