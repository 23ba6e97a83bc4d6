/**
 * Manifests of the scenarios. Containers do what a rehearsal can tell from their command: `sleep 3600`, `sh -c 'exit 3'`,
 * `true`; `echo:1` is a server that answers every path on port 8080 and ends at SIGTERM.
 */
export const busybox = 'busybox:1.37';
export const server = 'echo:1';

export const sleeper = { name: 'app', image: busybox, command: ['sleep', '3600'] };
export const web = { name: 'web', image: server, ports: [{ containerPort: 8080, name: 'http' }] };
export const shell = (script: string) => ({ name: 'app', image: busybox, command: ['sh', '-c', script] });

/** Ends within a second: `sleep` as first process ignores SIGTERM. */
const grace = { terminationGracePeriodSeconds: 1 };

export const podSpec = (container: object, more: object = {}) => ({ ...grace, containers: [container], ...more });

export const pod = (name: string, container: object, more: object = {}, labels: object = { app: name }) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: podSpec(container, more),
});

const template = (name: string, container: object, more: object) => ({
  metadata: { labels: { app: name } },
  spec: podSpec(container, more),
});

export const deployment = (name: string, container: object, more: object = {}, podMore: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: { app: name } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: template(name, container, podMore),
    ...more,
  },
});

export const statefulSet = (name: string, container: object, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name },
  spec: {
    serviceName: name,
    selector: { matchLabels: { app: name } },
    template: template(name, container, {}),
    ...more,
  },
});

export const daemonSet = (name: string, container: object, podMore: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, template: template(name, container, podMore) },
});

export const job = (name: string, container: object, more: object = {}, podMore: object = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: { template: { spec: podSpec(container, { restartPolicy: 'Never', ...podMore }) }, ...more },
});

export const configMap = (name: string, data: Record<string, string>, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...more },
  data,
});

export const service = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec,
});

export const claim = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '8Mi' } }, ...more },
});
