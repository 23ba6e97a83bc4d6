import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The cluster that a ring was given by its environment; a ring without one fails in CI and is skipped, with a word, elsewhere. */
export const kubeconfig = process.env['DEPLOY_WIZARD_TEST_KUBECONFIG'];
export const context = process.env['DEPLOY_WIZARD_TEST_CONTEXT'] ?? 'local-cluster';
const auditLog = process.env['DEPLOY_WIZARD_TEST_AUDIT_LOG'];

export function requireCluster(): boolean {
  if (kubeconfig !== undefined) return true;
  if (process.env['CI'] !== undefined)
    throw new Error('DEPLOY_WIZARD_TEST_KUBECONFIG is not set: this ring needs a cluster');
  process.stderr.write('skipped: DEPLOY_WIZARD_TEST_KUBECONFIG names no cluster\n');
  return false;
}

export function kubectl(...args: string[]): string {
  return execFileSync('kubectl', ['--kubeconfig', kubeconfig ?? '', '--context', context, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Kinds that come and go by themselves. */
const restless = ['events', 'leases', 'endpointslices', 'endpoints'];

/** `kind namespace/name uid` of every object in the cluster, sorted. */
export function allObjects(): string[] {
  const kinds = kubectl('api-resources', '--verbs=list', '-o', 'name')
    .split('\n')
    .filter((kind) => kind !== '' && !restless.includes(kind.split('.')[0] ?? '') && !kind.includes('metrics.k8s.io'));
  const list = kubectl(
    'get',
    [...new Set(kinds)].join(','),
    '-A',
    '-o',
    'jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} {.metadata.uid}{"\\n"}{end}',
  );
  return [...new Set(list.split('\n').filter((line) => line !== ''))].sort();
}

export interface AuditEntry {
  verb: string;
  objectRef?: { resource: string; namespace?: string; name?: string };
  requestURI: string;
  user: { username: string };
}

/** Counts writes by the API server's own audit log. Access reviews and dry runs are no changes. */
export function auditMark(): { writes(): AuditEntry[] } {
  if (auditLog === undefined) throw new Error('DEPLOY_WIZARD_TEST_AUDIT_LOG is not set');
  const before = readFileSync(auditLog, 'utf8').length;
  return {
    writes: () =>
      readFileSync(auditLog, 'utf8')
        .slice(before)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as AuditEntry)
        .filter(
          ({ objectRef, requestURI }) =>
            !/(access|rules)reviews$/.test(objectRef?.resource ?? '') && !/[?&]dryRun=/.test(requestURI),
        ),
  };
}
