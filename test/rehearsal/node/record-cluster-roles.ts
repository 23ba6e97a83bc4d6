/**
 * Records the roles that every cluster has for people and for what charts bind to, and who has them from the start. `node test/rehearsal/node/record-cluster-roles.ts >
 * src/rehearsal/node/recorded/cluster-roles.json` with KUBECONFIG set to a cluster without add-ons that extend them.
 */
import { execFileSync } from 'node:child_process';

const kubectl = (...args: string[]) =>
  JSON.parse(execFileSync('kubectl', [...args, '-o', 'json'], { encoding: 'utf8' })) as unknown;
const names = [
  'cluster-admin', 'admin', 'edit', 'view', 'system:aggregate-to-admin', 'system:aggregate-to-edit',
  'system:aggregate-to-view', 'system:auth-delegator', 'system:basic-user', 'system:discovery', 'system:monitoring',
  'system:public-info-viewer', 'system:service-account-issuer-discovery',
]; // prettier-ignore
interface Metadata {
  name: string;
  labels: object;
  annotations: object;
}
const { items } = kubectl('get', 'clusterrole', ...names) as {
  items: { metadata: Metadata; rules: object[]; aggregationRule?: object }[];
};
const bindings = (
  kubectl('get', 'clusterrolebinding', '-l', 'kubernetes.io/bootstrapping=rbac-defaults') as {
    items: { metadata: Metadata; roleRef: { name: string }; subjects: object[] }[];
  }
).items.filter(({ roleRef }) => names.includes(roleRef.name));
const { serverVersion } = kubectl('version') as { serverVersion: { gitVersion: string } };
process.stdout.write(
  `${JSON.stringify(
    {
      recordedBy: 'test/rehearsal/node/record-cluster-roles.ts',
      server: serverVersion.gitVersion,
      date: new Date().toISOString().slice(0, 10),
      roles: items.map(({ metadata: { name, labels, annotations }, rules, aggregationRule }) => ({
        name,
        labels,
        annotations,
        rules,
        aggregationRule,
      })),
      bindings: bindings.map(({ metadata: { name, labels, annotations }, roleRef, subjects }) => ({
        name,
        labels,
        annotations,
        roleRef,
        subjects,
      })),
    },
    undefined,
    2,
  )}\n`,
);
