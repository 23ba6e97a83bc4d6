import { clusterRoleBindingRules, clusterRoleRules, roleBindingRules, roleRules } from './access.ts';
import { controllerRevisionRules } from './apps/controller-revision.ts';
import { daemonSetRules } from './apps/daemon-set.ts';
import { deploymentRules } from './apps/deployment.ts';
import { replicaSetRules, replicationControllerRules } from './apps/replica-set.ts';
import { statefulSetRules } from './apps/stateful-set.ts';
import { horizontalPodAutoscalerRules } from './autoscaling.ts';
import { cronJobRules } from './batch/cron-job.ts';
import { jobRules } from './batch/job.ts';
import {
  leaseRules,
  namespaceRules,
  nodeRules,
  podDisruptionBudgetRules,
  priorityClassRules,
  runtimeClassRules,
} from './cluster.ts';
import { configMapRules, secretRules } from './config.ts';
import { endpointSliceRules, endpointsRules } from './endpoints.ts';
import { eventRules, newEventRules } from './events.ts';
import type { KindRules } from './kind-rules.ts';
import { limitRangeRules, resourceQuotaRules } from './limits.ts';
import { ingressClassRules } from './networking/ingress-class.ts';
import { ingressRules } from './networking/ingress.ts';
import { networkPolicyRules } from './networking/network-policy.ts';
import { podRules, podTemplateRules } from './pod/index.ts';
import { serviceRules } from './service/index.ts';
import { csiDriverRules, storageClassRules } from './storage/storage-class.ts';
import { persistentVolumeClaimRules } from './storage/persistent-volume-claim.ts';
import { persistentVolumeRules } from './storage/persistent-volume.ts';
import { customResourceDefinitionRules } from '../schema/definition-rules.ts';
import {
  mutatingWebhookRules,
  validatingPolicyBindingRules,
  validatingPolicyRules,
  validatingWebhookRules,
} from './webhooks.ts';

/** Kinds of the built-in API that have rules of their own; for the others their schema and metadata are all there is. */
const rules: Record<string, KindRules> = {
  'apiextensions.k8s.io/v1 CustomResourceDefinition': customResourceDefinitionRules,
  'v1 ConfigMap': configMapRules,
  'v1 Endpoints': endpointsRules,
  'v1 Event': eventRules,
  'v1 LimitRange': limitRangeRules,
  'v1 Namespace': namespaceRules,
  'v1 Node': nodeRules,
  'v1 PersistentVolume': persistentVolumeRules,
  'v1 PersistentVolumeClaim': persistentVolumeClaimRules,
  'v1 Pod': podRules,
  'v1 PodTemplate': podTemplateRules,
  'v1 ReplicationController': replicationControllerRules,
  'v1 ResourceQuota': resourceQuotaRules,
  'v1 Secret': secretRules,
  'v1 Service': serviceRules,
  'admissionregistration.k8s.io/v1 MutatingWebhookConfiguration': mutatingWebhookRules,
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy': validatingPolicyRules,
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding': validatingPolicyBindingRules,
  'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration': validatingWebhookRules,
  'apps/v1 ControllerRevision': controllerRevisionRules,
  'apps/v1 DaemonSet': daemonSetRules,
  'apps/v1 Deployment': deploymentRules,
  'apps/v1 ReplicaSet': replicaSetRules,
  'apps/v1 StatefulSet': statefulSetRules,
  'autoscaling/v1 HorizontalPodAutoscaler': horizontalPodAutoscalerRules,
  'autoscaling/v2 HorizontalPodAutoscaler': horizontalPodAutoscalerRules,
  'batch/v1 CronJob': cronJobRules,
  'batch/v1 Job': jobRules,
  'coordination.k8s.io/v1 Lease': leaseRules,
  'discovery.k8s.io/v1 EndpointSlice': endpointSliceRules,
  'events.k8s.io/v1 Event': newEventRules,
  'networking.k8s.io/v1 Ingress': ingressRules,
  'networking.k8s.io/v1 IngressClass': ingressClassRules,
  'networking.k8s.io/v1 NetworkPolicy': networkPolicyRules,
  'node.k8s.io/v1 RuntimeClass': runtimeClassRules,
  'policy/v1 PodDisruptionBudget': podDisruptionBudgetRules,
  'rbac.authorization.k8s.io/v1 ClusterRole': clusterRoleRules,
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': clusterRoleBindingRules,
  'rbac.authorization.k8s.io/v1 Role': roleRules,
  'rbac.authorization.k8s.io/v1 RoleBinding': roleBindingRules,
  'scheduling.k8s.io/v1 PriorityClass': priorityClassRules,
  'storage.k8s.io/v1 CSIDriver': csiDriverRules,
  'storage.k8s.io/v1 StorageClass': storageClassRules,
};

const none: KindRules = {};

/** The rules of a built-in kind: `kindRules('apps/v1', 'Deployment')`. Objects are expected in the version that is stored. */
export function kindRules(apiVersion: string, kind: string): KindRules {
  return rules[`${apiVersion} ${kind}`] ?? none;
}
