import { apply, container, create, step, template, type Scenario } from './step.ts';

export const deployment: Scenario = {
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

export const created: Scenario = {
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

export const pod: Scenario = {
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
