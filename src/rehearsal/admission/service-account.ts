import { forbidden } from '../api/status-error.ts';
import type { Chance } from '../chance.ts';
import type { Container, PodSpec, Volume } from '../kinds/pod/types.ts';
import type { StoredObject } from '../objects.ts';
import type { AdmissionPlugin } from './admission.ts';
import { newPod, withSpec } from './pods.ts';

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const prefix = 'kube-api-access-';
const mirror = 'kubernetes.io/config.mirror';

interface Account {
  automountServiceAccountToken?: boolean;
  imagePullSecrets?: { name?: string }[];
}

const tokenSource: NonNullable<Volume['projected']> = {
  defaultMode: 420,
  sources: [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] },
    },
  ],
};

/** The token of the account, mounted into every container that does not have something there (`mountServiceAccountToken`). */
function withToken(spec: PodSpec, chance: Chance): PodSpec {
  const existing = (spec.volumes ?? []).find(({ name = '' }) => name.startsWith(prefix))?.name;
  const name = existing ?? `${prefix}${chance.suffix(5)}`;
  let isNeeded = false;
  const mounted = (container: Container): Container => {
    const mounts = container.volumeMounts ?? [];
    if (mounts.some((mount) => mount.mountPath === mountPath)) return container;
    isNeeded = true;
    return { ...container, volumeMounts: [...mounts, { name, readOnly: true, mountPath }] };
  };
  const containers = (spec.containers ?? []).map(mounted);
  const initContainers = spec.initContainers?.map(mounted);
  const volumes =
    existing === undefined && isNeeded ? [...(spec.volumes ?? []), { name, projected: tokenSource }] : spec.volumes;
  return {
    ...spec,
    containers,
    ...(initContainers === undefined ? {} : { initContainers }),
    ...(volumes === undefined ? {} : { volumes }),
  };
}

/** Pods run as an account that exists (plugin/pkg/admission/serviceaccount). */
export const serviceAccount = (chance: Chance): AdmissionPlugin => ({
  name: 'ServiceAccount',
  mutate(request, reader) {
    const { object, namespace, resource, name } = request;
    const given = newPod(request);
    if (given === undefined || object?.metadata.annotations?.[mirror] !== undefined) return object;
    const accountName =
      given.serviceAccountName === undefined || given.serviceAccountName === '' ? 'default' : given.serviceAccountName;
    const found = reader.get('v1 ServiceAccount', namespace, accountName);
    if (found === undefined)
      throw forbidden(
        resource,
        name,
        `error looking up service account ${namespace}/${accountName}: serviceaccount "${accountName}" not found`,
      );
    const account = found as StoredObject & Account;
    let spec: PodSpec = { ...given, serviceAccountName: accountName, serviceAccount: accountName };
    if (given.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true)
      spec = withToken(spec, chance.fork(object?.metadata.uid ?? name));
    const secrets = account.imagePullSecrets ?? [];
    if ((spec.imagePullSecrets ?? []).length === 0 && secrets.length > 0)
      spec = { ...spec, imagePullSecrets: secrets.map((secret) => ({ name: secret.name ?? '' })) };
    return withSpec(object, spec);
  },
});
