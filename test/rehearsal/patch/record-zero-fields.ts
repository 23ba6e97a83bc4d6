import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'prettier';
import { Vault } from '../../../src/secrets/vault.ts';
import { createRun } from '../../../src/tools/shell/run.ts';
import { kubernetesTools } from '../../support/kubernetes-tools.ts';

/**
 * Records what an API server's own types hold when nobody has written it: structs that are no pointers (`status: {}`),
 * and fields without `omitempty` (`replicas: 0`, `containers: null`). OpenAPI v3 tells most of them by their default,
 * lists, maps and pointers by being required. Also which fields hold raw JSON. Against the cluster of $KUBECONFIG:
 *
 *     node test/rehearsal/patch/record-zero-fields.ts
 */
const file = join(import.meta.dirname, '../../../src/rehearsal/patch/recorded/zero-fields.json');
const prefix = '#/components/schemas/';

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  type?: string;
  default?: unknown;
  items?: Schema;
  additionalProperties?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}

const { kubectl } = await kubernetesTools();
const run = createRun({ environment: process.env, vault: new Vault() });
const get = async (path: string): Promise<unknown> =>
  JSON.parse((await run([kubectl, 'get', '--raw', path])).stdout) as unknown;

/** The names of types.json. */
const shortName = (name: string) =>
  name
    .replace(/^io\.k8s\.(api|apimachinery\.pkg\.apis)\./, '')
    .replace(/^io\.k8s\.(apiextensions-apiserver|kube-aggregator)\.pkg\.apis\./, '')
    .replace(/^io\.k8s\.apimachinery\.pkg\./, '');

/** Types that are no structs on the wire, although OpenAPI has a schema for each. */
const scalars =
  /^(api\.resource\.Quantity|util\.intstr\.IntOrString|meta\.v1\.(FieldsV1|Time|MicroTime)|runtime\..*|apiextensions\.v1\.JSON.*)$/;
const isSchemaProps = (name: string) => name === 'apiextensions.v1.JSONSchemaProps';

/**
 * Times that are no pointers are null until somebody sets them. OpenAPI does not tell; k8s.io/api v0.34 has them under these
 * names, and no pointer under any of them.
 */
const times =
  /^(lastTransitionTime|lastUpdateTime|lastProbeTime|lastHeartbeatTime|startedAt|finishedAt|eventTime|lastObservedTime|expirationTimestamp|firstTimestamp|lastTimestamp|deprecated(First|Last)Timestamp)$/;

/**
 * Where OpenAPI and the Go types part ways: fields that are optional and yet written as null, and defaults of fields that
 * are not written when they are zero. Found by comparing with the `json` tags of k8s.io/api, apimachinery,
 * apiextensions-apiserver and kube-aggregator v0.34.10; there are no others.
 */
const exceptions: Record<string, Record<string, null | undefined>> = {
  'admissionregistration.v1.MutatingWebhook': { sideEffects: null },
  'admissionregistration.v1.ValidatingWebhook': { sideEffects: null },
  'apiextensions.v1.CustomResourceDefinitionStatus': { conditions: null, storedVersions: null },
  'authentication.v1.TokenRequestSpec': { expirationSeconds: null, boundObjectRef: null },
  'autoscaling.v1.ScaleSpec': { replicas: undefined },
  'autoscaling.v2.HorizontalPodAutoscalerStatus': { currentMetrics: null },
  'certificates.v1.CertificateSigningRequestSpec': { request: null },
  'core.v1.AzureDiskVolumeSource': { readOnly: undefined },
  'core.v1.AzureFilePersistentVolumeSource': { secretNamespace: null },
  'core.v1.ContainerImage': { names: null },
  'core.v1.FileKeySelector': { optional: undefined },
  'core.v1.LocalObjectReference': { name: undefined },
  'core.v1.ProjectedVolumeSource': { sources: null },
  'core.v1.ReplicationControllerSpec': { minReadySeconds: undefined },
  'core.v1.TypedLocalObjectReference': { apiGroup: null },
  'core.v1.TypedObjectReference': { apiGroup: null },
  'discovery.v1.EndpointSlice': { ports: null },
  'flowcontrol.v1.LimitedPriorityLevelConfiguration': { nominalConcurrencyShares: null },
  'flowcontrol.v1.ResourcePolicyRule': { namespaces: null },
  'networking.v1.HTTPIngressPath': { pathType: null },
  'networking.v1.IPAddressSpec': { parentRef: undefined },
  'networking.v1.IngressClassParametersReference': { scope: null },
  'rbac.v1.ClusterRole': { rules: null },
  'rbac.v1.Role': { rules: null },
  'resource.v1.AllocatedDeviceStatus': { conditions: null },
  'resource.v1.CapacityRequestPolicy': { default: null },
  'resource.v1.CounterSet': { counters: undefined },
  'resource.v1.DeviceClaim': { requests: null },
  'resource.v1.DeviceCounterConsumption': { counters: undefined },
  'resource.v1.ResourceSliceSpec': { devices: null },
  'storage.v1.CSINodeDriver': { topologyKeys: null },
};

const refOf = (schema: Schema) => {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  return ref === undefined ? undefined : shortName(ref.slice(prefix.length));
};

/** Undefined when the field is absent until somebody writes it. */
function zeroOf(field: string, schema: Schema, isRequired: boolean): unknown {
  const ref = refOf(schema);
  const isStruct = ref !== undefined && (!scalars.test(ref) || isSchemaProps(ref));
  if (isStruct && JSON.stringify(schema.default) === '{}') return {};
  if (schema.default === '' || schema.default === 0 || schema.default === false) return schema.default;
  if ((ref ?? '').endsWith('Time') && times.test(field)) return null;
  const isNil = schema.type === 'array' || schema.additionalProperties !== undefined || isStruct;
  return isRequired && isNil && schema.default === undefined ? null : undefined;
}

const { gitVersion } = (await get('/version')) as { gitVersion: string };
const { paths } = (await get('/openapi/v3')) as { paths: Record<string, { serverRelativeURL: string }> };
const types: Record<string, Record<string, unknown>> = {};
const raw: Record<string, string[]> = {};
for (const path of Object.keys(paths).filter((entry) => /^(api\/v1|apis\/[^/]+\/v\d[^/]*)$/.test(entry))) {
  const document = (await get(paths[path]?.serverRelativeURL ?? '')) as {
    components?: { schemas?: Record<string, Schema> };
  };
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    const fields = Object.entries(schema.properties ?? {});
    const zeros = fields.flatMap(([field, value]) => {
      const zero = zeroOf(field, value, schema.required?.includes(field) ?? false);
      return zero === undefined ? [] : [[field, zero] as const];
    });
    const all = { ...Object.fromEntries(zeros), ...exceptions[shortName(name)] };
    const written = Object.entries(all).filter(([, zero]) => zero !== undefined);
    if (written.length > 0) types[shortName(name)] = Object.fromEntries(written);
    const rawFields = fields.filter(([, value]) => refOf(value) === 'runtime.RawExtension').map(([field]) => field);
    if (rawFields.length > 0) raw[shortName(name)] = rawFields;
  }
}
const source = {
  server: gitVersion,
  date: new Date().toISOString().slice(0, 10),
  command: 'node test/rehearsal/patch/record-zero-fields.ts',
};
await mkdir(join(file, '..'), { recursive: true });
await writeFile(file, await format(JSON.stringify({ source, types, raw }), { parser: 'json', printWidth: 120 }));
