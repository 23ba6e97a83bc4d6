import type { Chance } from '../chance.ts';
import type { AdmissionPlugin } from './admission.ts';
import {
  claimResize,
  defaultIngressClass,
  defaultStorageClass,
  defaultTolerationSeconds,
  runtimeClass,
  storageObjectInUseProtection,
  taintNodesByCondition,
} from './defaults.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { podSecurity } from './pod-security/index.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './resource-quota.ts';
import { serviceAccount } from './service-account.ts';
import { mutatingWebhooks, validatingWebhooks, type AnswerWebhook } from './webhooks.ts';

interface AdmissionOptions {
  /** For the names of token volumes. */
  chance: Chance;
  /** What webhooks say that can be reached; they allow everything unless told otherwise. */
  answerWebhook?: AnswerWebhook;
}

/** The plugins that a Kubernetes 1.34 API server runs by default, in its order (pkg/kubeapiserver/options/plugins.go). */
export function createAdmission({
  chance,
  answerWebhook = () => ({ allowed: true }),
}: AdmissionOptions): AdmissionPlugin[] {
  return [
    namespaceLifecycle,
    limitRanger,
    serviceAccount(chance),
    taintNodesByCondition,
    podSecurity,
    priority,
    defaultTolerationSeconds,
    defaultStorageClass,
    storageObjectInUseProtection,
    claimResize,
    runtimeClass,
    defaultIngressClass,
    mutatingWebhooks(answerWebhook),
    validatingWebhooks(answerWebhook),
    resourceQuota,
  ];
}
