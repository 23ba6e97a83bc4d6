/** Who asks. */
export interface Subject {
  user: string;
  groups: readonly string[];
}

/** What is asked for: an object or a collection, or a path of the server that is neither. */
export type Attributes =
  | { path: string; verb: string }
  | {
      verb: string;
      group: string;
      resource: string;
      subresource: string;
      /** Empty for a collection, or when any is meant. */
      name: string;
      /** Empty: at the cluster scope. */
      namespace: string;
    };

/** Whom the kubeconfig of a rehearsal stands for: what `kubectl auth whoami` says. */
export const person: Subject = {
  user: 'kubernetes-admin',
  groups: ['kubeadm:cluster-admins', 'system:authenticated'],
};

/** `User "x" cannot list resource "pods" ...` (apiserver/pkg/endpoints/handlers/responsewriters/errors.go). */
export function refusalText(attributes: Attributes, { user }: Subject): string {
  const who = `User ${JSON.stringify(user)} cannot ${attributes.verb}`;
  if ('path' in attributes) return `${who} path ${JSON.stringify(attributes.path)}`;
  const { group, resource, subresource, namespace } = attributes;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  return `${who} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`;
}
