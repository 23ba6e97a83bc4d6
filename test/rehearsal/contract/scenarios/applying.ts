import { apply, kubectl, observe, untilObserved, type Scenario } from '../scenario.ts';
import { configMap, deployment, service, sleeper, web } from './manifests.ts';

const ports = [
  { name: 'http', port: 80, targetPort: 8080 },
  { name: 'metrics', port: 90, targetPort: 9090 },
];
const serverSide = (manager: string, more = '') => `apply --server-side --field-manager=${manager} ${more} -f -`;

/** Client-side apply, replace and diff. */
const clientSide: Scenario = {
  name: 'apply',
  clients: 'every kubectl',
  files: {
    'kustomization.yaml':
      'namePrefix: made-\nconfigMapGenerator:\n  - name: generated\n    literals: [a=1]\nresources: [one.yaml]\n',
    'one.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {a: "1"}\n',
    'folder/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
    'folder/b.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}\n',
  },
  steps: [
    kubectl('diff -f -', { stdin: [configMap('settings', { a: '1' })], exit: 1 }),
    apply(configMap('settings', { a: '1', b: '2' }), service('web', { selector: { app: 'web' }, ports })),
    apply(configMap('settings', { a: '1', b: '2' })),
    kubectl('diff -f -', { stdin: [configMap('settings', { a: '1', b: '2' })] }),
    kubectl('diff -f -', { stdin: [configMap('settings', { a: '3' })], exit: 1 }),
    kubectl('apply -f - --dry-run=server', { stdin: [configMap('settings', { a: '3' })] }),
    kubectl('apply -f - --dry-run=client', { stdin: [configMap('settings', { a: '3' })] }),
    kubectl('patch configmap settings -p {"data":{"c":"theirs"}}'),
    apply(configMap('settings', { a: '3' }), service('web', { selector: { app: 'web' }, ports: ports.slice(1) })),
    observe('v1/configmaps/settings', 'v1/services'),
    kubectl('apply view-last-applied configmap/settings'),
    kubectl('create configmap unapplied --from-literal=a=1'),
    kubectl('apply -f -', { stdin: [configMap('unapplied', { a: '2' })] }),
    kubectl('apply set-last-applied -f -', { stdin: [configMap('unapplied', { a: '2' })] }),
    kubectl('apply -k .'),
    kubectl('apply -f folder'),
    kubectl('apply -f folder -o name'),
    kubectl('apply -f -', {
      stdin: [
        configMap('pruned', { a: '1' }, { labels: { set: 'all' } }),
        configMap('kept', { a: '1' }, { labels: { set: 'all' } }),
      ],
    }),
    kubectl('apply -f - --prune -l set=all --prune-allowlist=core/v1/ConfigMap -n {namespace}', {
      stdin: [configMap('kept', { a: '1' }, { labels: { set: 'all' } })],
    }),
    kubectl('apply -f -', { stdin: [configMap('away', {}, { namespace: '{namespace}-nowhere' })], exit: 1 }),
    kubectl('apply -f - -n {namespace}-nowhere', { stdin: [configMap('away', {})], exit: 1 }),
    kubectl('apply -f -', {
      stdin: [{ apiVersion: 'example.org/v1', kind: 'Gadget', metadata: { name: 'x' } }],
      exit: 1,
    }),
    kubectl('apply -f -', {
      stdin: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, dta: {} }],
      exit: 1,
    }),
    kubectl('apply -f - --validate=warn', { stdin: [{ ...configMap('warned', { a: '1' }), dta: {} }] }),
    kubectl('apply -f - --validate=ignore', { stdin: [{ ...configMap('ignored', { a: '1' }), dta: {} }] }),
    kubectl('apply -f -', { stdin: [deployment('web', { ...sleeper, imagee: 'x' })], exit: 1 }),
    kubectl('apply -f -', { stdin: [deployment('web', sleeper, { replicas: 'two' })], exit: 1 }),
    kubectl('apply -f -', {
      stdin: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\ndata:\n  a: "1"\n  a: "2"\n',
    }),
    kubectl('apply -f -', { stdin: 'apiVersion: v1\nkind: ConfigMap\n  metadata: {}\n', exit: 1 }),
    kubectl('apply -f no-such-file.yaml', { exit: 1 }),
    kubectl('replace -f -', { stdin: [configMap('settings', { only: 'this' })] }),
    kubectl('replace -f -', { stdin: [configMap('settings', { x: '1' }, { resourceVersion: '1' })], exit: 1 }),
    kubectl('replace -f -', { stdin: [configMap('absent', { x: '1' })], exit: 1 }),
    kubectl('replace --force -f -', { stdin: [configMap('settings', { forced: 'yes' })] }),
    kubectl('get configmap settings -o yaml --show-managed-fields'),
    observe('v1/configmaps'),
  ],
};

/** Server-side apply: managers, conflicts, ownership. */
const managers: Scenario = {
  name: 'server-side-apply',
  clients: 'every kubectl',
  steps: [
    kubectl(serverSide('one'), { stdin: [configMap('shared', { a: '1', b: '1' })] }),
    kubectl(serverSide('one'), { stdin: [configMap('shared', { a: '1', b: '1' })] }),
    kubectl(serverSide('two'), { stdin: [configMap('shared', { a: '1', c: '2' })] }),
    kubectl(serverSide('two'), { stdin: [configMap('shared', { a: '2' })], exit: 1 }),
    kubectl(serverSide('two', '--dry-run=server --force-conflicts'), { stdin: [configMap('shared', { a: '2' })] }),
    kubectl(serverSide('two', '--force-conflicts'), { stdin: [configMap('shared', { a: '2' })] }),
    observe('v1/configmaps/shared'),
    kubectl(serverSide('one'), { stdin: [configMap('shared', { b: '1' })] }),
    kubectl(serverSide('one'), { stdin: [configMap('shared', {})] }),
    kubectl('get configmap shared -o yaml --show-managed-fields'),
    kubectl('patch configmap shared --field-manager=hand -p {"data":{"a":"3","d":"4"}}'),
    kubectl(serverSide('two'), { stdin: [configMap('shared', { a: '2', d: '5' })], exit: 1 }),
    kubectl('diff --server-side -f -', { stdin: [configMap('shared', { a: '3' })] }),
    kubectl('diff --server-side --force-conflicts -f -', { stdin: [configMap('shared', { a: '9' })], exit: 1 }),
    apply(deployment('web', web, { replicas: 0 }), service('web', { selector: { app: 'web' }, ports })),
    untilObserved('apps/v1/deployments/web'),
    kubectl('apply --server-side -f -', {
      stdin: [deployment('web', { ...web, env: [{ name: 'TEXT', value: 'a' }] }, { replicas: 0 })],
    }),
    kubectl(serverSide('sidecar'), {
      stdin: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web' },
          spec: {
            template: {
              spec: {
                containers: [
                  { name: 'web', env: [{ name: 'MORE', value: 'b' }] },
                  { name: 'side', image: 'echo:1', ports: [{ containerPort: 81 }] },
                ],
              },
            },
          },
        },
      ],
    }),
    kubectl('scale deployment web --replicas=0'),
    kubectl('set env deployment/web TEXT=changed'),
    kubectl('apply --server-side -f -', {
      stdin: [deployment('web', { ...web, env: [{ name: 'TEXT', value: 'c' }] }, { replicas: 0 })],
      exit: 1,
    }),
    kubectl(serverSide('ports'), {
      stdin: [
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'web' },
          spec: { ports: [{ port: 53, protocol: 'UDP', name: 'dns' }] },
        },
      ],
    }),
    kubectl(serverSide('ports'), {
      stdin: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { type: 'Wrong' } }],
      exit: 1,
    }),
    kubectl(serverSide('one'), { stdin: [{ ...configMap('shared', {}), dta: {} }], exit: 1 }),
    kubectl(serverSide('one'), { stdin: [configMap('shared', {}, { managedFields: [{ manager: 'x' }] })], exit: 1 }),
    untilObserved('apps/v1/deployments/web'),
    observe('v1/configmaps/shared', 'apps/v1/deployments', 'v1/services'),
  ],
};

/** Patches of every type, and the commands that are patches. */
const patches: Scenario = {
  name: 'patches',
  clients: 'every kubectl',
  steps: [
    apply(
      deployment(
        'web',
        {
          ...web,
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
        },
        { replicas: 0 },
      ),
      configMap('settings', { a: '1', b: '2' }),
      service('web', { selector: { app: 'web' }, ports }),
    ),
    kubectl('patch configmap settings -p {"data":{"a":"3","b":null}}'),
    kubectl('patch configmap settings -p {"data":{"a":"3"}}'),
    kubectl('patch configmap settings --type=merge -p {"data":{"c":"4"}} -o yaml'),
    kubectl(
      'patch configmap settings --type=json -p [{"op":"test","path":"/data/c","value":"4"},{"op":"move","from":"/data/c","path":"/data/d"}]',
    ),
    kubectl('patch configmap settings --type=json -p [{"op":"test","path":"/data/d","value":"5"}]', { exit: 1 }),
    kubectl('patch configmap settings --type=json -p [{"op":"remove","path":"/data/none"}]', { exit: 1 }),
    kubectl('patch configmap settings --type=json -p {"op":"remove"}', { exit: 1 }),
    kubectl('patch configmap settings -p {"data":{"a":7}}', { exit: 1 }),
    kubectl('patch configmap settings -p {"dta":{"a":"7"}}'),
    kubectl('patch configmap settings --dry-run=server -p {"data":{"e":"5"}} -o jsonpath={.data}'),
    kubectl('patch configmap absent -p {"data":{"a":"7"}}', { exit: 1 }),
    kubectl(
      'patch deployment web -p {"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","$patch":"delete"},{"name":"C","value":"3"}]}]}}}}',
    ),
    kubectl(
      'patch deployment web -p {"spec":{"template":{"spec":{"containers":[{"name":"second","image":"echo:1"}],"$setElementOrder/containers":[{"name":"second"},{"name":"web"}]}}}}',
    ),
    kubectl('patch deployment web -p {"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}'),
    kubectl(
      'patch deployment web --type=merge -p {"spec":{"template":{"spec":{"containers":[{"name":"only","image":"echo:1"}]}}}}',
    ),
    kubectl('patch deployment web -p {"spec":{"selector":{"matchLabels":{"app":"other"}}}}', { exit: 1 }),
    kubectl('patch deployment web --subresource=scale --type=merge -p {"spec":{"replicas":0}}'),
    kubectl('patch deployment web --subresource=status --type=merge -p {"status":{"replicas":5}}'),
    kubectl('patch service web --type=json -p [{"op":"replace","path":"/spec/clusterIP","value":"10.96.0.99"}]', {
      exit: 1,
    }),
    kubectl('set image deployment/web only=echo:2'),
    kubectl('set image deployment/web none=echo:2', { exit: 1 }),
    kubectl('set env deployment/web D=4 --from=configmap/settings', { isUnordered: true }),
    kubectl('set env deployment/web D-'),
    kubectl('set env deployment/web --list'),
    kubectl('set resources deployment web --limits=cpu=200m,memory=64Mi --requests=cpu=100m'),
    kubectl('set serviceaccount deployment web default'),
    kubectl('set selector service web app=web,tier=front'),
    kubectl('label configmap settings tier=front'),
    kubectl('label configmap settings tier=back', { exit: 1 }),
    kubectl('label configmap settings tier=back --overwrite'),
    kubectl('label configmap settings tier=back'),
    kubectl('label configmap settings tier-'),
    kubectl('label configmap settings tier-'),
    kubectl("label configmap settings 'tier=not allowed'", { exit: 1 }),
    kubectl('label configmaps --all set=all'),
    kubectl("annotate configmap settings note='anything goes'"),
    kubectl('annotate configmap settings note-'),
    kubectl('scale deployment web --replicas=0 --current-replicas=0'),
    kubectl('scale deployment web --replicas=3 --current-replicas=2', { exit: 1 }),
    kubectl('scale deployment absent --replicas=3', { exit: 1 }),
    kubectl('scale service web --replicas=3', { exit: 1 }),
    untilObserved('apps/v1/deployments/web'),
    observe('v1/configmaps', 'v1/services', 'apps/v1/deployments'),
  ],
};

export const applying: readonly Scenario[] = [clientSide, managers, patches];
