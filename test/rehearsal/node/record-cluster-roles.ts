/**
 * Records the roles for people that every cluster has. `node test/rehearsal/node/record-cluster-roles.ts >
 * src/rehearsal/node/recorded/cluster-roles.json` with KUBECONFIG set to a cluster without add-ons that extend them.
 */
import { execFileSync } from 'node:child_process';

const kubectl = (...args: string[]) =>
  JSON.parse(execFileSync('kubectl', [...args, '-o', 'json'], { encoding: 'utf8' })) as unknown;
const { items } = kubectl('get', 'clusterrole', 'cluster-admin', 'admin', 'edit', 'view') as {
  items: {
    metadata: { name: string; labels: object; annotations: object };
    rules: object[];
    aggregationRule?: object;
  }[];
};
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
    },
    undefined,
    2,
  )}\n`,
);
