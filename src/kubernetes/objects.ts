/** The part of a Kubernetes object that all kinds share; everything else is read where its rule stands. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  // eslint-disable-next-line typescript/no-explicit-any -- objects of every kind, also ones that we have never heard of
  [field: string]: any;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  generation?: number;
  resourceVersion?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
}

/** Who manages what we make: label on every object, and the field manager of server-side apply. */
export const managedBy = 'deploy-wizard';

/** Labels that mark an object as part of one deployment. */
export const labels = {
  managedBy: 'app.kubernetes.io/managed-by',
  deployment: 'deploy-wizard.dev/deployment',
} as const;
