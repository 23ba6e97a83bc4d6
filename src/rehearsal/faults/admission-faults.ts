import type { AdmissionPlugin, AdmissionRequest } from '../admission/admission.ts';
import { forbidden, StatusError } from '../api/status-error.ts';
import type { Reader } from '../controllers/client.ts';
import type { Faults } from './faults.ts';

/** Kinds that policies are usually about. */
const workloads = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Pod']);
/** Users of the cluster's own parts; policies exempt them, or nothing would ever start. */
const isSystem = (user: string) => user.startsWith('system:');

/** The faults `webhook` and `quota`: after the other plugins. */
export function admissionFaults(faults: Faults): AdmissionPlugin {
  return {
    name: 'RehearsalFaults',
    // Without a class nothing makes a volume: as in a cluster that has no default class.
    mutate({ operation, resource, object }) {
      if (operation !== 'CREATE' || resource.kind !== 'PersistentVolumeClaim' || object === undefined) return object;
      if (faults.claimProblem(object.metadata.name) !== 'no-class') return object;
      const { storageClassName: _, ...spec } = object['spec'] as { storageClassName?: string };
      return { ...object, spec };
    },
    validate(request, reader) {
      if (request.isDryRun || request.subresource !== undefined || request.operation === 'DELETE') return;
      checkWebhook(request, faults);
      if (request.operation === 'CREATE') checkQuota(request, faults, reader);
    },
  };
}

function checkWebhook({ resource, user }: AdmissionRequest, faults: Faults): void {
  if (!workloads.has(resource.kind) || isSystem(user)) return;
  const how = faults.webhook();
  if (how === undefined) return;
  const webhook = 'policy.rehearsal.deploy-wizard.dev';
  // apiserver/pkg/admission/plugin/webhook/errors: ToStatusErr; 400 unless the webhook says otherwise.
  if (how === 'refuse')
    throw new StatusError(
      400,
      '',
      `admission webhook "${webhook}" denied the request: ${resource.kind} is refused by a fault of this rehearsal`,
    );
  const why = `failed calling webhook "${webhook}": failed to call webhook: Post "https://policy.rehearsal.svc:443/validate?timeout=10s": context deadline exceeded`;
  throw new StatusError(500, 'InternalError', `Internal error occurred: ${why}`, {
    causes: [{ reason: '', message: why }],
  });
}

function checkQuota({ resource, namespace, name, object }: AdmissionRequest, faults: Faults, reader: Reader): void {
  const quota = faults.quota();
  if (quota === undefined || namespace === undefined || quota.resource !== resource.plural) return;
  const kind = `${object?.apiVersion ?? ''} ${resource.kind}` as const;
  const used = reader.list(kind as `${string} ${string}`, { namespace }).filter((each) => !isOver(each)).length;
  if (used < quota.limit) return;
  faults.struckQuota();
  // plugin/pkg/admission/resourcequota/controller.go
  const { resource: what, limit } = quota;
  throw forbidden(
    resource,
    name,
    `exceeded quota: rehearsal, requested: ${what}=1, used: ${what}=${used}, limited: ${what}=${limit}`,
  );
}

const isOver = (object: Record<string, unknown>) =>
  ['Succeeded', 'Failed'].includes((object['status'] as { phase?: string } | undefined)?.phase ?? '');
