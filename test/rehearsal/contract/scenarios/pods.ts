import { apply, kubectl, observe, until, untilCount, untilEvent, type Scenario } from '../scenario.ts';
import { busybox, claim, configMap, pod, shell, sleeper, web } from './manifests.ts';

const talker = shell('echo one; echo two; sleep 3600');
const state = 'status.containerStatuses.0.state';

/** Pods that run: init containers, sidecars, streams. */
const running: Scenario = {
  name: 'pods-running',
  clients: 'every kubectl',
  steps: [
    apply(
      configMap('settings', { colour: 'red' }),
      pod('whole', talker, {
        initContainers: [
          { name: 'first', image: busybox, command: ['sh', '-c', 'echo preparing'] },
          { name: 'side', image: 'echo:1', restartPolicy: 'Always' },
        ],
        volumes: [
          { name: 'settings', configMap: { name: 'settings' } },
          { name: 'scratch', emptyDir: {} },
        ],
      }),
      pod('web', {
        ...web,
        env: [
          { name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'colour' } } },
          { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 1 },
        livenessProbe: { tcpSocket: { port: 8080 } },
        startupProbe: { httpGet: { path: '/health', port: 8080 }, periodSeconds: 1 },
        resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '32Mi' } },
      }),
      pod('done', shell('echo finished'), { restartPolicy: 'Never' }),
    ),
    kubectl('wait --for=condition=Ready pod/whole pod/web'),
    kubectl('wait --for=jsonpath={.status.phase}=Succeeded pod/done'),
    kubectl('get pods -o wide'),
    observe('v1/pods', 'v1/events'),
    kubectl('describe pod whole'),
    kubectl('describe pod web'),
    kubectl('logs whole'),
    kubectl('logs whole -c first'),
    kubectl('logs whole -c absent', { exit: 1 }),
    kubectl('logs whole --all-containers --prefix -c first', { exit: 1 }),
    kubectl('logs whole --tail=1'),
    kubectl('logs whole --timestamps'),
    kubectl('logs whole --limit-bytes=5'),
    kubectl('logs whole --previous', { exit: 1 }),
    kubectl('logs done'),
    kubectl('logs -f done'),
    kubectl('logs -l app=done --prefix'),
    kubectl('logs absent', { exit: 1 }),
    { start: 'follow', run: ['kubectl', 'logs', '-f', 'whole'], shows: /two/ },
    { stop: 'follow' },
    kubectl('exec whole -- echo hello'),
    kubectl('exec whole -c app -- true'),
    kubectl('exec whole -- false', { exit: 1 }),
    kubectl("exec whole -- sh -c 'exit 3'", { exit: 3 }),
    kubectl("exec whole -- sh -c 'echo out; echo err >&2'"),
    kubectl('exec -i whole -- cat', { stdin: 'through standard input\n' }),
    kubectl('exec whole -- no-such-program', {
      exit: 1,
      exitOnly: 'the text is of the container runtime, with its versions',
    }),
    kubectl('exec whole -c absent -- true', { exit: 1 }),
    kubectl('exec done -- true', { exit: 1 }),
    kubectl('exec absent -- true', { exit: 1 }),
    { start: 'forward', run: ['kubectl', 'port-forward', 'pod/web', ':8080'], shows: /Forwarding/ },
    { fetch: 'forward', path: '/' },
    { stop: 'forward' },
    kubectl('port-forward pod/done :8080', { exit: 1 }),
    kubectl('events --for=pod/done', { isUnordered: true }),
    kubectl(
      'patch pod web -p {"spec":{"containers":[{"name":"web","image":"echo:1","env":[{"name":"X","value":"1"}]}]}}',
      { exit: 1 },
    ),
    kubectl('label pod web tier=front'),
    kubectl('delete pod web'),
  ],
};

/** A restart that repeats: the second back-off lasts long enough to be looked at. */
const crashLoops: Scenario = {
  name: 'crash-loop',
  clients: 'newest kubectl',
  isBrief: true,
  steps: [
    apply(
      pod('crash', shell('echo cannot read settings; exit 3')),
      pod('ends', { name: 'app', image: busybox, command: ['true'] }),
      pod('fails', shell('exit 1'), { restartPolicy: 'Never' }),
      pod('init', sleeper, { initContainers: [{ name: 'prepare', image: busybox, command: ['sh', '-c', 'exit 2'] }] }),
    ),
    until('v1/pods/fails', 'status.phase', 'Failed'),
    until('v1/pods/crash', 'status.containerStatuses.0.restartCount', 2),
    until('v1/pods/ends', 'status.containerStatuses.0.restartCount', 2),
    until('v1/pods/init', 'status.initContainerStatuses.0.restartCount', 2),
    until('v1/pods/crash', `${state}.waiting.message`, /back-off 20s/),
    until('v1/pods/ends', `${state}.waiting.message`, /back-off 20s/),
    until('v1/pods/init', 'status.initContainerStatuses.0.state.waiting.message', /back-off 20s/),
    observe('v1/pods'),
    kubectl('get pods'),
    kubectl('logs crash'),
    kubectl('logs crash --previous'),
    kubectl('logs init -c app', { exit: 1 }),
    kubectl('describe pod crash'),
    observe('v1/events'),
  ],
};

/** Pods that cannot start. */
const blocked: Scenario = {
  name: 'pods-blocked',
  clients: 'newest kubectl',
  isBrief: true,
  steps: [
    apply(
      pod('no-image', { name: 'app', image: 'echo:absent' }),
      pod('never-pull', { name: 'app', image: 'echo:absent', imagePullPolicy: 'Never' }),
      pod('bad-image', { name: 'app', image: 'Not An Image' }),
      pod('no-secret', { ...sleeper, env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'absent', key: 'a' } } }] }),
      configMap('settings', { a: '1' }),
      pod('no-key', {
        ...sleeper,
        env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'b' } } }],
      }),
      pod('no-config', { ...sleeper, envFrom: [{ configMapRef: { name: 'absent' } }] }),
      pod('root', { ...sleeper, securityContext: { runAsNonRoot: true } }),
      pod('no-program', { name: 'app', image: busybox, command: ['no-such-program'] }, { restartPolicy: 'Never' }),
      pod('too-big', { ...sleeper, resources: { requests: { cpu: '1000' } } }),
      pod('elsewhere', sleeper, { nodeSelector: { disk: 'none' } }),
      pod('no-claim', sleeper, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'absent' } }] }),
      claim('classless', { storageClassName: 'absent' }),
      pod('no-class', sleeper, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'classless' } }] }),
      pod(
        'no-volume',
        { ...sleeper, volumeMounts: [{ name: 'data', mountPath: '/data' }] },
        { volumes: [{ name: 'data', secret: { secretName: 'absent' } }] },
      ),
      pod('gated', sleeper, { schedulingGates: [{ name: 'example.org/wait' }] }),
    ),
    until('v1/pods/no-image', `${state}.waiting.reason`, 'ImagePullBackOff'),
    until('v1/pods/never-pull', `${state}.waiting.reason`, 'ErrImageNeverPull'),
    until('v1/pods/bad-image', `${state}.waiting.reason`, 'InvalidImageName'),
    until('v1/pods/no-secret', `${state}.waiting.reason`, 'CreateContainerConfigError'),
    until('v1/pods/no-key', `${state}.waiting.reason`, 'CreateContainerConfigError'),
    until('v1/pods/no-config', `${state}.waiting.reason`, 'CreateContainerConfigError'),
    until('v1/pods/root', `${state}.waiting.reason`, 'CreateContainerConfigError'),
    until('v1/pods/no-program', 'status.phase', 'Failed'),
    ...['too-big', 'elsewhere', 'no-claim', 'no-class'].map((name) =>
      until(`v1/pods/${name}`, 'status.conditions.[PodScheduled].reason', 'Unschedulable'),
    ),
    kubectl('get pods'),
    kubectl('logs no-image', { exit: 1 }),
    kubectl('get pvc'),
    kubectl('describe pod no-secret'),
    kubectl('describe pod too-big'),
    kubectl('describe pod no-class'),
    kubectl('describe pvc classless'),
    observe('v1/pods', 'v1/events', 'v1/persistentvolumeclaims'),
    kubectl('create secret generic absent --from-literal=a=1'),
    kubectl('wait --for=condition=Ready pod/no-secret --timeout=90s'),
    kubectl('wait --for=condition=Ready pod/no-volume --timeout=120s'),
    kubectl('patch pod gated --type=json -p [{"op":"remove","path":"/spec/schedulingGates"}]'),
    kubectl('wait --for=condition=Ready pod/gated'),
    observe('v1/pods/no-secret', 'v1/pods/no-volume', 'v1/pods/gated'),
  ],
};

const nobody = { httpGet: { path: '/', port: 81 }, periodSeconds: 1, failureThreshold: 2 };

const probes: Scenario = {
  name: 'probes',
  clients: 'newest kubectl',
  steps: [
    apply(
      pod('unready', { ...web, readinessProbe: { tcpSocket: { port: 81 }, periodSeconds: 1 } }),
      pod('unhealthy', { ...web, livenessProbe: nobody }),
      pod('slow', { ...web, startupProbe: { ...nobody, failureThreshold: 100 } }),
      pod('checked', { ...sleeper, readinessProbe: { exec: { command: ['true'] }, periodSeconds: 1 } }),
      pod(
        'eaten',
        {
          name: 'app',
          image: busybox,
          command: ['sh', '-c', 'tail /dev/zero'],
          resources: { limits: { memory: '16Mi' } },
        },
        { restartPolicy: 'Never' },
      ),
    ),
    kubectl('wait --for=condition=Ready pod/checked'),
    until('v1/pods/eaten', `${state}.terminated.reason`, 'OOMKilled'),
    until('v1/pods/unready', 'status.containerStatuses.0.started', true),
    {
      until: 'v1/pods/unhealthy',
      what: 'restarted',
      holds: (found) =>
        ((found[0]?.status?.containerStatuses as { restartCount: number }[])?.[0]?.restartCount ?? 0) > 0,
    },
    observe('v1/pods/unready', 'v1/pods/slow', 'v1/pods/checked', 'v1/pods/eaten'),
    kubectl('get pods unready slow checked eaten'),
    untilEvent('Unhealthy', /^Readiness probe failed: dial tcp .*:81: connect: connection refused$/),
    untilEvent('Unhealthy', /^Liveness probe failed: Get "http:.*:81\/": dial tcp .*: connect: connection refused$/),
    untilEvent('Unhealthy', /^Startup probe failed: Get "http:.*:81\/": dial tcp .*: connect: connection refused$/),
    untilEvent('Killing', /^Container web failed liveness probe, will be restarted$/),
    observe(
      'v1/events?fieldSelector=involvedObject.name%3Deaten',
      'v1/events?fieldSelector=involvedObject.name%3Dchecked',
    ),
    kubectl('wait --for=condition=Ready pod/unready --timeout=1s', { exit: 1 }),
    untilCount('v1/pods', 5),
  ],
};

export const pods: readonly Scenario[] = [running, crashLoops, blocked, probes];
