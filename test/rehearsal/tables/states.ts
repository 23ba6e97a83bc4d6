import { createChance } from '../../../src/rehearsal/chance.ts';

/**
 * Objects in as many states as their tables have words for. Pods, claims and others that no controller touches (a
 * scheduler that does not exist, `managedBy` of a job) get a status written by hand; the rest is what the cluster makes of them.
 */
export interface State {
  object: { apiVersion: string; kind: string; metadata: { name: string } & Record<string, unknown> } & Record<
    string,
    unknown
  >;
  status?: Record<string, unknown>;
  /** Deleted after its status was written; a finalizer keeps it. */
  isDeleted?: boolean;
}

const image = 'postgres:17';
const at = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+/, '');
const finalizers = ['rehearsal.example/recorder'];

type ContainerState = Record<string, unknown>;
const waiting = (reason?: string): ContainerState => ({ waiting: reason === undefined ? {} : { reason } });
const running = (): ContainerState => ({ running: { startedAt: at(50) } });
const ended = (exitCode: number, reason?: string, signal?: number): ContainerState => ({
  terminated: {
    exitCode,
    ...(reason === undefined ? {} : { reason }),
    ...(signal === undefined ? {} : { signal }),
    startedAt: at(3000),
    finishedAt: at(40),
    containerID: 'containerd://x',
  },
});

interface StatusOptions {
  ready?: boolean;
  started?: boolean;
  restarts?: number;
  lastEnd?: number;
}

function containerStatus(name: string, state: ContainerState, options: StatusOptions = {}) {
  const { ready = false, started, restarts = 0, lastEnd } = options;
  return {
    name,
    image,
    imageID: '',
    ready,
    ...(started === undefined ? {} : { started }),
    restartCount: restarts,
    state,
    ...(lastEnd === undefined
      ? {}
      : {
          lastState: {
            terminated: { exitCode: 1, reason: 'Error', startedAt: at(lastEnd + 5), finishedAt: at(lastEnd) },
          },
        }),
  };
}

interface PodOptions {
  spec?: Record<string, unknown>;
  inits?: [name: string, isSidecar: boolean][];
  containers?: string[];
  status: Record<string, unknown>;
  isDeleted?: boolean;
}

function pod(
  name: string,
  { spec = {}, inits = [], containers = ['web'], status, isDeleted = false }: PodOptions,
): State {
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, ...(isDeleted ? { finalizers } : {}) },
      spec: {
        schedulerName: 'nobody',
        initContainers: inits.map(([of, isSidecar]) => ({
          name: of,
          image,
          ...(isSidecar ? { restartPolicy: 'Always' } : {}),
        })),
        containers: containers.map((of) => ({ name: of, image })),
        ...spec,
      },
    },
    status,
    isDeleted,
  };
}

const initialized = { type: 'Initialized', status: 'True' };
const ready = { type: 'Ready', status: 'True' };

const chosenPods = (): State[] => [
  pod('no-status', { status: {} }),
  pod('gated', { spec: { schedulingGates: [{ name: 'example.com/gate' }] }, status: { phase: 'Pending' } }),
  pod('gates', {
    spec: { readinessGates: [{ conditionType: 'example.com/a' }, { conditionType: 'example.com/b' }] },
    status: {
      phase: 'Running',
      conditions: [initialized, { type: 'example.com/a', status: 'True' }, { type: 'example.com/b', status: 'False' }],
      containerStatuses: [containerStatus('web', running(), { ready: true, started: true })],
      podIP: '10.1.2.3',
      podIPs: [{ ip: '10.1.2.3' }, { ip: 'fd00::3' }],
      nominatedNodeName: 'node-b',
    },
  }),
  pod('completed', {
    status: { phase: 'Succeeded', containerStatuses: [containerStatus('web', ended(0, 'Completed'))] },
  }),
  pod('failed', { status: { phase: 'Failed', containerStatuses: [containerStatus('web', ended(3, 'Error'))] } }),
  pod('evicted', { status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' } }),
  pod('half-completed', {
    containers: ['web', 'job'],
    status: {
      phase: 'Running',
      conditions: [initialized],
      containerStatuses: [
        containerStatus('job', ended(0, 'Completed')),
        containerStatus('web', running(), { ready: true, started: true }),
      ],
    },
  }),
  pod('half-completed-ready', {
    containers: ['web', 'job'],
    status: {
      phase: 'Running',
      conditions: [initialized, ready],
      containerStatuses: [
        containerStatus('job', ended(0, 'Completed')),
        containerStatus('web', running(), { ready: true, started: true }),
      ],
    },
  }),
  pod('init-waits', {
    inits: [
      ['one', false],
      ['two', false],
    ],
    status: {
      phase: 'Pending',
      initContainerStatuses: [
        containerStatus('one', ended(0, 'Completed')),
        containerStatus('two', waiting('PodInitializing')),
      ],
      containerStatuses: [containerStatus('web', waiting('PodInitializing'))],
    },
  }),
  pod('init-crashes', {
    inits: [
      ['one', false],
      ['two', false],
    ],
    status: {
      phase: 'Pending',
      initContainerStatuses: [
        containerStatus('one', waiting('CrashLoopBackOff'), { restarts: 7, lastEnd: 200 }),
        containerStatus('two', waiting('PodInitializing')),
      ],
      containerStatuses: [containerStatus('web', waiting('PodInitializing'))],
    },
  }),
  pod('init-signalled', {
    inits: [['one', false]],
    status: { phase: 'Pending', initContainerStatuses: [containerStatus('one', ended(137, undefined, 9))] },
  }),
  pod('init-exited', {
    inits: [['one', false]],
    status: { phase: 'Pending', initContainerStatuses: [containerStatus('one', ended(5))] },
  }),
  pod('sidecar-starts', {
    inits: [
      ['proxy', true],
      ['two', false],
    ],
    status: {
      phase: 'Pending',
      initContainerStatuses: [
        containerStatus('proxy', running(), { ready: true, started: true, restarts: 2, lastEnd: 80 }),
        containerStatus('two', running(), { started: false, restarts: 1, lastEnd: 60 }),
      ],
      containerStatuses: [containerStatus('web', waiting('PodInitializing'))],
    },
  }),
  pod('sidecar-runs', {
    inits: [
      ['proxy', true],
      ['two', false],
    ],
    status: {
      phase: 'Running',
      conditions: [initialized, ready],
      initContainerStatuses: [
        containerStatus('proxy', running(), { ready: true, started: true, restarts: 2, lastEnd: 90_000 }),
        containerStatus('two', ended(0, 'Completed'), { ready: true, restarts: 4, lastEnd: 60 }),
      ],
      containerStatuses: [containerStatus('web', running(), { ready: true, started: true })],
    },
  }),
  pod('signalled', {
    status: {
      phase: 'Running',
      conditions: [initialized],
      containerStatuses: [containerStatus('web', ended(137, undefined, 9))],
    },
  }),
  pod('exited', {
    status: { phase: 'Running', conditions: [initialized], containerStatuses: [containerStatus('web', ended(5))] },
  }),
  pod('out-of-memory', {
    status: {
      phase: 'Running',
      conditions: [initialized],
      containerStatuses: [containerStatus('web', ended(137, 'OOMKilled'), { restarts: 1, lastEnd: 700 })],
    },
  }),
  pod('terminating', {
    isDeleted: true,
    status: {
      phase: 'Running',
      containerStatuses: [containerStatus('web', running(), { ready: true, started: true })],
    },
  }),
  pod('terminating-ended', {
    isDeleted: true,
    status: { phase: 'Succeeded', containerStatuses: [containerStatus('web', ended(0, 'Completed'))] },
  }),
  pod('node-lost', { isDeleted: true, status: { phase: 'Running', reason: 'NodeLost' } }),
];

/** Pods whose parts are drawn: combinations nobody thought of. */
function drawnPods(howMany: number): State[] {
  const chance = createChance('tables');
  const pick = <T>(from: readonly T[]): T => from[chance.below(from.length)] as T;
  const states = [
    () => waiting(),
    () => waiting(pick(['ContainerCreating', 'PodInitializing', 'ImagePullBackOff', 'CrashLoopBackOff'])),
    running,
    running,
    () => ended(0, 'Completed'),
    () => ended(0),
    () => ended(pick([1, 137]), pick(['Error', undefined, 'ContainerCannotRun']), pick([undefined, 9])),
  ];
  const status = (name: string) =>
    containerStatus(name, pick(states)(), {
      ready: chance.below(2) === 0,
      started: chance.below(3) !== 0,
      restarts: pick([0, 0, 1, 12]),
      ...(chance.below(2) === 0 ? {} : { lastEnd: pick([3, 130, 4000, 40_000, 400_000]) }),
    });
  return Array.from({ length: howMany }, (_, index) => {
    const inits = Array.from({ length: chance.below(4) }, (_unused, of): [string, boolean] => [
      `init-${of}`,
      chance.below(2) === 0,
    ]);
    const containers = Array.from({ length: 1 + chance.below(3) }, (_unused, of) => `main-${of}`);
    const isDeleted = chance.below(5) === 0;
    return pod(`drawn-${index}`, {
      inits,
      containers,
      isDeleted,
      status: {
        phase: pick(['Pending', 'Running', 'Running', 'Failed', 'Succeeded', 'Unknown']),
        conditions: [
          { type: 'Initialized', status: pick(['True', 'False']) },
          { type: 'Ready', status: pick(['True', 'False']) },
        ],
        initContainerStatuses: inits.map(([name]) => status(name)),
        containerStatuses: containers.map(status),
        ...(chance.below(4) === 0 ? { reason: 'NodeLost' } : {}),
      },
    });
  });
}

export const podStates = (): State[] => [...chosenPods(), ...drawnPods(40)];
