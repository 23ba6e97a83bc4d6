/** One request of a scenario, as a client sends it. */
export interface Step {
  name: string;
  method: 'POST' | 'PUT' | 'PATCH';
  type: 'json' | 'json-patch' | 'merge-patch' | 'strategic-merge-patch' | 'apply-patch';
  manager: string;
  force?: boolean;
  subresource?: 'status' | 'scale';
  /** Of the request, when it is not that of the object. */
  apiVersion?: string;
  /** For PUT: what the client changes in the object that it has read. */
  body: unknown;
  /** The server fills in more than the request says: the object is compared as far as the request goes. */
  hasDefaults?: boolean;
  /** Written by the strategy or by admission, after fields were tracked. */
  assigned?: string[];
}

export interface Scenario {
  apiVersion: string;
  kind: string;
  plural: string;
  name: string;
  steps: Step[];
}

/** A group of custom resources that exist only while the recorder runs. */
export const group = 'patch.rehearsal.example.com';

const container = (more: object = {}) => ({ name: 'web', image: 'postgres:17', ...more });
const template = (app: string, containers: object[] = [container()]) => ({
  metadata: { labels: { app } },
  spec: { containers },
});
const step = (
  name: string,
  method: Step['method'],
  type: Step['type'],
  manager: string,
  body: unknown,
  more: Partial<Step> = {},
): Step => ({ name, method, type, manager, body, ...more });
const apply = (name: string, manager: string, body: object, more: Partial<Step> = {}) =>
  step(name, 'PATCH', 'apply-patch', manager, body, more);
const create = (name: string, manager: string, body: object, more: Partial<Step> = {}) =>
  step(name, 'POST', 'json', manager, body, more);

const deployment: Scenario = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  name: 'web',
  steps: [
    create(
      'create without replicas running',
      'kubectl-create',
      {
        metadata: { labels: { app: 'web' } },
        spec: { replicas: 0, selector: { matchLabels: { app: 'web' } }, template: template('web') },
      },
      { hasDefaults: true },
    ),
    step('merge patch of labels', 'PATCH', 'merge-patch', 'kubectl-label', { metadata: { labels: { tier: 'front' } } }),
    step('json patch adds an annotation', 'PATCH', 'json-patch', 'kubectl-patch', [
      { op: 'add', path: '/metadata/annotations/example.com~1owner', value: 'me' },
      { op: 'test', path: '/spec/replicas', value: 0 },
    ]),
    step(
      'strategic merge adds a variable and a port',
      'PATCH',
      'strategic-merge-patch',
      'kubectl-set',
      {
        spec: {
          template: {
            spec: {
              '$setElementOrder/containers': [{ name: 'web' }],
              containers: [
                {
                  name: 'web',
                  env: [
                    { name: 'A', value: '1' },
                    { name: 'B', value: '2' },
                  ],
                  ports: [{ containerPort: 80 }],
                },
              ],
            },
          },
        },
      },
      { hasDefaults: true },
    ),
    step('strategic merge whose order contradicts its list', 'PATCH', 'strategic-merge-patch', 'kubectl-set', {
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'side' }, { name: 'web' }],
            containers: [
              { name: 'web', env: [{ name: 'A', $patch: 'delete' }] },
              { name: 'side', image: 'postgres:17' },
            ],
          },
        },
      },
    }),
    step(
      'strategic merge deletes one variable and adds a container',
      'PATCH',
      'strategic-merge-patch',
      'kubectl-set',
      {
        spec: {
          template: {
            spec: {
              '$setElementOrder/containers': [{ name: 'side' }, { name: 'web' }],
              containers: [
                { name: 'side', image: 'postgres:17' },
                { name: 'web', env: [{ name: 'A', $patch: 'delete' }] },
              ],
            },
          },
        },
      },
      { hasDefaults: true },
    ),
    apply('apply by another manager takes a new field', 'gitops', { spec: { minReadySeconds: 5 } }),
    apply('apply that conflicts with one manager', 'gitops', { spec: { minReadySeconds: 5, replicas: 1 } }),
    apply('apply that conflicts with several', 'gitops', {
      metadata: { labels: { tier: 'back' } },
      spec: {
        minReadySeconds: 5,
        template: { spec: { containers: [{ name: 'web', image: 'postgres:16', env: [{ name: 'B', value: '3' }] }] } },
      },
    }),
    apply(
      'apply by force',
      'gitops',
      {
        metadata: { labels: { tier: 'back' } },
        spec: {
          minReadySeconds: 5,
          template: { spec: { containers: [{ name: 'web', env: [{ name: 'B', value: '3' }] }] } },
        },
      },
      { force: true },
    ),
    apply('apply of what is there shares it', 'helm', { metadata: { labels: { tier: 'back' } } }),
    apply('apply again of the same', 'helm', { metadata: { labels: { tier: 'back' } } }),
    apply('apply drops a field that nobody else has', 'gitops', {
      metadata: { labels: { tier: 'back' } },
      spec: { template: { spec: { containers: [{ name: 'web', env: [{ name: 'B', value: '3' }] }] } } },
    }),
    apply('apply drops a label that another applier keeps', 'gitops', {
      spec: { template: { spec: { containers: [{ name: 'web', env: [{ name: 'B', value: '3' }] }] } } },
    }),
    apply('apply adds elements of lists with keys and defaults', 'gitops', {
      spec: {
        template: {
          spec: {
            containers: [
              {
                name: 'web',
                env: [
                  { name: 'C', value: 'c' },
                  { name: 'B', value: '3' },
                ],
                ports: [
                  { containerPort: 80, name: 'http' },
                  { containerPort: 80, protocol: 'UDP' },
                ],
              },
            ],
          },
        },
      },
    }),
    apply('apply drops the elements again', 'gitops', {
      spec: { template: { spec: { containers: [{ name: 'web' }] } } },
    }),
    apply('apply of nothing gives everything up', 'gitops', {}),
    step('update of status by the main resource changes nothing', 'PATCH', 'merge-patch', 'somebody', {
      status: { replicas: 7 },
    }),
    step(
      'update of the status subresource',
      'PATCH',
      'merge-patch',
      'reporter',
      {
        metadata: { labels: { ignored: 'yes' } },
        spec: { replicas: 9 },
        status: { collisionCount: 3 },
      },
      { subresource: 'status' },
    ),
    step('retainKeys changes the strategy', 'PATCH', 'strategic-merge-patch', 'kubectl-patch', {
      spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    }),
    step('put that removes a label', 'PUT', 'json', 'kubectl-replace', {
      metadata: { labels: { app: 'web', tier: null } },
    }),
    step('json patch that cannot be done', 'PATCH', 'json-patch', 'kubectl-patch', [
      { op: 'remove', path: '/metadata/labels/absent' },
    ]),
    step('json patch whose test fails', 'PATCH', 'json-patch', 'kubectl-patch', [
      { op: 'test', path: '/spec/replicas', value: 3 },
    ]),
    step('json patch that is none', 'PATCH', 'json-patch', 'kubectl-patch', { op: 'test' }),
    step('merge patch that is none', 'PATCH', 'merge-patch', 'kubectl-patch', [1]),
    step('strategic merge that is none', 'PATCH', 'strategic-merge-patch', 'kubectl-patch', 'text'),
    step('strategic merge without the key', 'PATCH', 'strategic-merge-patch', 'kubectl-patch', {
      spec: { template: { spec: { containers: [{ image: 'x' }] } } },
    }),
    step('strategic merge with an unknown directive', 'PATCH', 'strategic-merge-patch', 'kubectl-patch', {
      spec: { $patch: 'bogus' },
    }),
    step('reset of managed fields', 'PATCH', 'merge-patch', 'anybody', { metadata: { managedFields: [{}] } }),
    step('update after a reset is not tracked', 'PATCH', 'merge-patch', 'anybody', {
      metadata: { labels: { late: 'yes' } },
    }),
    apply('first apply after a reset', 'gitops', { metadata: { labels: { late: 'yes', more: 'yes' } } }),
    apply('apply of a field that does not exist', 'gitops', { spec: { nonsense: 1 } }),
    apply('apply of two elements with one key', 'gitops', {
      spec: { template: { spec: { containers: [{ name: 'x' }, { name: 'x' }] } } },
    }),
    apply('apply with managed fields', 'gitops', { metadata: { managedFields: [{}] } }),
  ],
};

const created: Scenario = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  name: 'applied',
  steps: [
    apply(
      'create by apply',
      'helm',
      {
        metadata: { labels: { app: 'applied' } },
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: 'applied' } },
          template: template('applied', [container({ resources: { limits: { cpu: '100m' } } })]),
        },
      },
      { hasDefaults: true },
    ),
    apply(
      'apply adds a volume',
      'helm',
      {
        metadata: { labels: { app: 'applied' } },
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: 'applied' } },
          template: {
            ...template('applied'),
            spec: {
              containers: [
                container({
                  resources: { limits: { cpu: '100m' } },
                  volumeMounts: [{ name: 'data', mountPath: '/data' }],
                }),
              ],
              volumes: [{ name: 'data', emptyDir: {} }],
            },
          },
        },
      },
      { hasDefaults: true },
    ),
    step('json patch removes the limits', 'PATCH', 'json-patch', 'kubectl-patch', [
      { op: 'remove', path: '/spec/template/spec/containers/0/resources/limits' },
      { op: 'copy', from: '/metadata/labels/app', path: '/metadata/labels/copied' },
      { op: 'add', path: '/spec/template/spec/containers/0/args', value: ['a'] },
      { op: 'add', path: '/spec/template/spec/containers/0/args/-', value: 'b' },
      { op: 'move', from: '/metadata/labels/copied', path: '/metadata/labels/moved' },
      { op: 'replace', path: '/spec/template/spec/containers/0/args/0', value: 'c' },
    ]),
    apply('apply removes the volume', 'helm', {
      metadata: { labels: { app: 'applied' } },
      spec: { replicas: 0, selector: { matchLabels: { app: 'applied' } }, template: template('applied') },
    }),
  ],
};

const lastApplied = (data: object) =>
  `${JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { annotations: {}, name: 'settings', namespace: 'rh-patch-record' }, data }).replace(/^\{"apiVersion":"v1","kind":"ConfigMap","metadata":(.*),"data":(.*)\}$/, '{"apiVersion":"v1","data":$2,"kind":"ConfigMap","metadata":$1}')}\n`;

const configMap: Scenario = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  name: 'settings',
  steps: [
    create('create as client-side apply does', 'kubectl-client-side-apply', {
      metadata: {
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': lastApplied({ a: '1', b: '2' }) },
      },
      data: { a: '1', b: '2' },
    }),
    apply('apply by another manager conflicts', 'other', { data: { a: '9' } }),
    apply('server-side apply of kubectl takes over what client-side apply wrote', 'kubectl', {
      data: { a: '5', b: '2', c: '3' },
    }),
    apply('and drops a key', 'kubectl', { data: { a: '5', c: '3' } }),
    step('strategic merge with null', 'PATCH', 'strategic-merge-patch', 'kubectl-edit', { data: { b: null, d: '4' } }),
    step('json patch of managed fields, as kubectl migrates them', 'PATCH', 'json-patch', 'kubectl', [
      {
        op: 'replace',
        path: '/metadata/managedFields',
        value: [
          {
            manager: 'kubectl',
            operation: 'Apply',
            apiVersion: 'v1',
            time: '2026-01-01T00:00:00Z',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { 'f:d': {}, 'f:a': {}, '.': {} } },
          },
        ],
      },
    ]),
    apply('apply after the migration removes what it had', 'kubectl', { data: { a: '5' } }),
    apply('apply of another value', 'kubectl', { data: { a: '6' } }),
    step('somebody changes it', 'PATCH', 'merge-patch', 'intruder', { data: { a: 'changed' } }),
    apply('kubectl conflicts with that', 'kubectl', { data: { a: '7' } }),
    apply('apply of binary data', 'kubectl', { data: { a: 'changed' }, binaryData: { x: 'eA==' }, immutable: false }),
    step('finalizers are a set', 'PATCH', 'strategic-merge-patch', 'keeper', {
      metadata: { finalizers: ['example.com/a', 'example.com/b'] },
    }),
    apply('apply of a finalizer shares it', 'kubectl', {
      metadata: { finalizers: ['example.com/b', 'example.com/c'] },
    }),
    step('deleting from a primitive list', 'PATCH', 'strategic-merge-patch', 'keeper', {
      metadata: {
        '$deleteFromPrimitiveList/finalizers': ['example.com/a'],
        '$setElementOrder/finalizers': ['example.com/c', 'example.com/b'],
      },
    }),
    apply('apply of no finalizers', 'kubectl', { metadata: {} }),
    step('all finalizers go', 'PATCH', 'merge-patch', 'keeper', { metadata: { finalizers: null } }),
  ],
};

const ageing: Scenario = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  name: 'ageing',
  steps: [
    create('create', 'first', { data: { first: 'x' } }),
    ...Array.from({ length: 12 }, (_, index) =>
      step(`updater ${index}`, 'PATCH', 'merge-patch', `updater-${index}`, { data: { [`key-${index}`]: 'x' } }),
    ),
  ],
};

const service: Scenario = {
  apiVersion: 'v1',
  kind: 'Service',
  plural: 'services',
  name: 'front',
  steps: [
    create(
      'create a service',
      'kubectl-create',
      { spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } },
      {
        hasDefaults: true,
        assigned: ['spec.clusterIP', 'spec.clusterIPs', 'spec.ipFamilies', 'spec.ipFamilyPolicy'],
      },
    ),
    apply(
      'apply a port of the same number and another protocol',
      'helm',
      {
        spec: {
          ports: [
            { port: 80, protocol: 'UDP', name: 'quic' },
            { port: 80, name: 'http' },
          ],
        },
      },
      { hasDefaults: true },
    ),
    apply('selector is one value', 'helm', {
      spec: {
        selector: { app: 'other' },
        ports: [
          { port: 80, protocol: 'UDP', name: 'quic' },
          { port: 80, name: 'http' },
        ],
      },
    }),
    apply(
      'selector by force',
      'helm',
      {
        spec: {
          selector: { app: 'other' },
          ports: [
            { port: 80, protocol: 'UDP', name: 'quic' },
            { port: 80, name: 'http' },
          ],
        },
      },
      { force: true },
    ),
    apply('apply drops a port', 'helm', { spec: { selector: { app: 'other' }, ports: [{ port: 80, name: 'http' }] } }),
    step(
      'strategic merge replaces the ports',
      'PATCH',
      'strategic-merge-patch',
      'kubectl-edit',
      {
        spec: { ports: [{ $patch: 'replace' }, { port: 8080, targetPort: 'http', name: 'http', protocol: 'TCP' }] },
      },
      { hasDefaults: true },
    ),
    step(
      'status of a service',
      'PATCH',
      'merge-patch',
      'balancer',
      {
        status: {
          conditions: [
            { type: 'Ready', status: 'True', reason: 'Given', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
          ],
        },
      },
      { subresource: 'status' },
    ),
  ],
};

const pod: Scenario = {
  apiVersion: 'v1',
  kind: 'Pod',
  plural: 'pods',
  name: 'single',
  steps: [
    create(
      'create a pod that no scheduler takes',
      'kubectl-run',
      {
        metadata: { labels: { run: 'single' } },
        spec: {
          schedulerName: 'nobody',
          automountServiceAccountToken: false,
          containers: [container({ name: 'one' })],
          securityContext: { runAsUser: 70 },
        },
      },
      {
        hasDefaults: true,
        assigned: [
          'spec.serviceAccount',
          'spec.serviceAccountName',
          'spec.tolerations',
          'spec.priority',
          'spec.preemptionPolicy',
          'status.phase',
          'status.qosClass',
        ],
      },
    ),
    step(
      'status with conditions',
      'PATCH',
      'strategic-merge-patch',
      'kubelet',
      {
        status: {
          '$setElementOrder/conditions': [{ type: 'Ready' }, { type: 'Initialized' }],
          conditions: [
            { type: 'Ready', status: 'False', lastProbeTime: null },
            { type: 'Initialized', status: 'True' },
          ],
          containerStatuses: [
            {
              name: 'one',
              image: 'postgres:17',
              imageID: '',
              ready: false,
              restartCount: 0,
              state: { waiting: { reason: 'ContainerCreating' } },
            },
          ],
          podIPs: [{ ip: '10.0.0.1' }],
          podIP: '10.0.0.1',
        },
      },
      { subresource: 'status', hasDefaults: true },
    ),
    step(
      'one condition changes',
      'PATCH',
      'strategic-merge-patch',
      'kubelet',
      { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      { subresource: 'status' },
    ),
    step(
      'the same status again',
      'PATCH',
      'strategic-merge-patch',
      'kubelet',
      { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      { subresource: 'status' },
    ),
    apply('apply of the image conflicts', 'helm', { spec: { containers: [{ name: 'one', image: 'postgres:16' }] } }),
    apply(
      'apply of the image by force',
      'helm',
      { spec: { containers: [{ name: 'one', image: 'postgres:16' }] } },
      { force: true },
    ),
    step('a toleration is added to an atomic list', 'PATCH', 'json-patch', 'kubectl-patch', [
      { op: 'add', path: '/spec/tolerations/-', value: { key: 'x', operator: 'Exists' } },
    ]),
  ],
};

const ingress: Scenario = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  plural: 'ingresses',
  name: 'entry',
  steps: [
    apply('create an ingress by apply', 'helm', {
      metadata: { annotations: { 'example.com/a': 'b' } },
      spec: {
        rules: [
          {
            host: 'a.example.com',
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'front', port: { number: 80 } } } }],
            },
          },
        ],
      },
    }),
    apply('rules are one value', 'gitops', {
      spec: {
        rules: [
          {
            host: 'b.example.com',
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'front', port: { number: 80 } } } }],
            },
          },
        ],
      },
    }),
    step('merge patch of the class', 'PATCH', 'merge-patch', 'kubectl-patch', { spec: { ingressClassName: 'nginx' } }),
    apply('apply drops the annotation', 'helm', {
      spec: {
        rules: [
          {
            host: 'a.example.com',
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'front', port: { number: 80 } } } }],
            },
          },
        ],
      },
    }),
  ],
};

const autoscaler: Scenario = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  name: 'sizes',
  steps: [
    apply('create an autoscaler by apply', 'helm', {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'absent' },
        minReplicas: 1,
        maxReplicas: 3,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
        ],
      },
    }),
    step(
      'update in the older version',
      'PATCH',
      'merge-patch',
      'kubectl-autoscale',
      { spec: { maxReplicas: 5, targetCPUUtilizationPercentage: 70 } },
      { apiVersion: 'autoscaling/v1', hasDefaults: true },
    ),
    apply('apply in the newer version conflicts with it', 'helm', {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'absent' },
        minReplicas: 2,
        maxReplicas: 3,
      },
    }),
    apply(
      'and takes it by force',
      'helm',
      {
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'absent' },
          minReplicas: 2,
          maxReplicas: 3,
        },
      },
      { force: true, hasDefaults: true },
    ),
  ],
};

const secret: Scenario = {
  apiVersion: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  name: 'keys',
  steps: [
    create('create a secret', 'helm', { type: 'Opaque', data: { a: 'YQ==', b: 'Yg==' } }),
    apply('apply one key', 'deploy-wizard', { data: { a: 'YQ==', c: 'Yw==' } }),
    step('put changes a key', 'PUT', 'json', 'helm', { data: { a: 'YWE=' } }),
    apply('apply conflicts with the put', 'deploy-wizard', { data: { a: 'YQ==', c: 'Yw==' } }),
    apply('apply gives the key up', 'deploy-wizard', { data: { c: 'Yw==' } }),
  ],
};

const gadget: Scenario = {
  apiVersion: `${group}/v1`,
  kind: 'Gadget',
  plural: 'gadgets',
  name: 'one',
  steps: [
    create(
      'create a custom resource',
      'operator',
      {
        metadata: { labels: { a: 'b' } },
        spec: {
          size: 1,
          tags: ['x', 'y'],
          ports: [{ port: 1 }, { port: 2, protocol: 'UDP', note: 'n' }],
          plain: [{ a: 1 }],
          whole: { a: 1 },
          nested: { deep: { a: 1, b: { c: 2 } } },
          labels: { l: 'm' },
          mixed: { n: [1] },
        },
      },
      { hasDefaults: true },
    ),
    apply(
      'apply elements of sets and maps',
      'helm',
      { spec: { tags: ['y', 'z'], ports: [{ port: 2, protocol: 'UDP', note: 'n' }, { port: 3 }], labels: { k: 'v' } } },
      { hasDefaults: true },
    ),
    apply('apply conflicts in all kinds of places', 'helm', {
      spec: {
        size: 2,
        tags: ['y'],
        ports: [{ port: 2, protocol: 'UDP', note: 'other' }],
        plain: [{ a: 2 }],
        whole: { b: 1 },
        nested: { deep: { b: { c: 3 } } },
        mixed: { n: [2] },
      },
    }),
    apply(
      'and takes them by force',
      'helm',
      {
        spec: {
          size: 2,
          tags: ['y'],
          ports: [{ port: 2, protocol: 'UDP', note: 'other' }],
          plain: [{ a: 2 }],
          whole: { b: 1 },
          nested: { deep: { b: { c: 3 } } },
          mixed: { n: [2] },
        },
      },
      { force: true },
    ),
    step('merge patch of the status by the main resource', 'PATCH', 'merge-patch', 'operator', {
      spec: { size: 4 },
      status: { phase: 'Odd' },
    }),
    step(
      'merge patch of the status',
      'PATCH',
      'merge-patch',
      'operator',
      { spec: { size: 5 }, status: { phase: 'Ready', conditions: [{ type: 'Ready', status: 'True' }] } },
      { subresource: 'status' },
    ),
    apply(
      'apply of the status',
      'reporter',
      { status: { conditions: [{ type: 'Synced', status: 'True' }] } },
      { subresource: 'status' },
    ),
    step('json patch of a list', 'PATCH', 'json-patch', 'operator', [
      { op: 'remove', path: '/spec/ports/0' },
      { op: 'add', path: '/spec/nested/deep/d', value: null },
      { op: 'add', path: '/spec/plain/0', value: { z: 1 } },
    ]),
    apply('apply of nothing', 'helm', {}),
  ],
};

const freeform: Scenario = {
  apiVersion: `${group}/v1`,
  kind: 'Freeform',
  plural: 'freeforms',
  name: 'any',
  steps: [
    apply('create anything', 'helm', { spec: { a: { b: [1, { c: 2 }], d: 'x' }, e: {} }, other: true }),
    step('merge patch of anything', 'PATCH', 'merge-patch', 'somebody', {
      spec: { a: { b: [3], f: { g: 1 } }, h: 'i' },
      other: { now: 'a map' },
    }),
    apply('apply conflicts with it', 'helm', { spec: { a: { b: [1, { c: 2 }], d: 'y' } }, other: true }),
    apply('apply what is left', 'helm', { spec: { a: { d: 'y' } } }),
    apply('a map becomes a scalar', 'helm', { spec: { a: { d: 'y', f: 'scalar' } } }, { force: true }),
  ],
};

const scale = (name: string, manager: string, replicas: number) =>
  step(name, 'PATCH', 'merge-patch', manager, { spec: { replicas } }, { subresource: 'scale' });
const applyScale = (name: string, manager: string, replicas: number, more: Partial<Step> = {}) =>
  apply(
    name,
    manager,
    { apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { replicas } },
    { subresource: 'scale', ...more },
  );

const scaled: Scenario = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  name: 'scaled',
  steps: [
    create(
      'create one that makes no replicas because it is paused',
      'kubectl-create',
      {
        spec: { paused: true, replicas: 2, selector: { matchLabels: { app: 'scaled' } }, template: template('scaled') },
      },
      { hasDefaults: true },
    ),
    scale('scale to another number', 'kubectl-scale', 3),
    scale('scale again by another client', 'autoscaler', 4),
    applyScale('apply of the scale conflicts', 'gitops', 5),
    applyScale('apply of the scale by force', 'gitops', 5, { force: true }),
    apply('apply of the number shares it', 'helm', { spec: { replicas: 5 } }),
    scale('scale to nothing: nobody has the number any more', 'kubectl-scale', 0),
  ],
};

const rescaled: Scenario = {
  ...scaled,
  name: 'rescaled',
  steps: [
    create(
      'create one that makes no replicas because it is paused',
      'kubectl-create',
      {
        spec: { paused: true, replicas: 2, selector: { matchLabels: { app: 'scaled' } }, template: template('scaled') },
      },
      { hasDefaults: true },
    ),
    scale('scale to the same number', 'kubectl-scale', 2),
    scale('and again', 'kubectl-scale', 3),
    applyScale('apply of the number that is there', 'gitops', 3),
  ],
};

export const scenarios: Scenario[] = [
  scaled,
  rescaled,
  deployment,
  created,
  configMap,
  ageing,
  service,
  pod,
  ingress,
  autoscaler,
  secret,
  gadget,
  freeform,
];
