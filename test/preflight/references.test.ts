import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/kubernetes/objects.ts';
import type { JsonObject, Plan, PlanStep, StepKind } from '../../src/plan/plan.ts';
import { checkReferences } from '../../src/plan/preflight/references.ts';
import type { ExistingObjects, ReferenceCheck } from '../../src/plan/preflight/reference-check.ts';
import { deployment, service } from '../support/manifests.ts';
import { planOf } from '../support/small-plan.ts';

const source = 'web/templates/all.yaml';
const template = `# env:
kind: Deployment
spec:
  env:
    - name: DATABASE_URL
      valueFrom:
        secretKeyRef:
          key: database-url
  ports:
    - nodePort: 1
  selector:
    app: x
`;

interface Case {
  /** Objects of the one release. */
  objects?: KubernetesObject[];
  /** Other releases by step. */
  others?: Record<string, KubernetesObject[]>;
  steps?: { id: string; kind: StepKind; params: JsonObject; needs?: string[]; origins?: Record<string, string[]> }[];
  needs?: string[];
  /** Parameters of the release, and the answers behind them. */
  set?: JsonObject;
  origins?: Record<string, string[]>;
  existing?: Partial<ExistingObjects>;
}

/** A cluster in which there is all that is asked for, or nothing of it. */
const has: ExistingObjects = {
  keysOf: () => null,
  has: () => false,
  storageClasses: [{ name: 'standard', isDefault: true }],
  ingressClasses: [{ name: 'nginx', isDefault: false }],
  servesKind: () => true,
  hasImage: () => true,
  nodePorts: new Map(),
};

function check({ objects = [], others = {}, steps = [], needs = [], set = {}, origins = {}, existing = {} }: Case) {
  const releases = { 'release.web': objects, ...others };
  const plan: Plan = planOf({});
  const blank = { verb: 'create' as const, title: '', commands: [], inputHash: '', timeout: 1 };
  plan.steps = [
    ...steps.map((step): PlanStep => ({ ...blank, needs: [], origins: {}, ...step })),
    ...Object.keys(releases).map((id): PlanStep => ({
      ...blank,
      id,
      kind: 'release',
      params: { name: id.slice(8), namespace: 'shop', set },
      needs: id === 'release.web' ? needs : [],
      origins: id === 'release.web' ? origins : {},
    })),
  ];
  const request: ReferenceCheck = {
    plan,
    rendered: Object.fromEntries(
      Object.entries(releases).map(([id, list]) => [id, list.map((object) => ({ object, source }))]),
    ),
    templates: { [source]: template },
    existing: { ...has, ...existing },
  };
  const { problems, proven } = checkReferences(request);
  return { problems, proven, codes: problems.map(({ code }) => code) };
}

const env = (ref: object) => deployment('web', { env: [{ name: 'DATABASE_URL', valueFrom: ref }] });
const secretRef = (name: string, key: string, more = {}) => env({ secretKeyRef: { name, key, ...more } });
const volume = (source: object) => ({
  ...deployment('web'),
  spec: { template: { spec: { containers: [], volumes: [{ name: 'v', ...source }] } } },
});
const ingress = (spec: object): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web' },
  spec,
});
const secretStep = (keys: { key: string; sources: JsonObject[] }[], more = {}) => ({
  id: 'secret.backend',
  kind: 'secret' as const,
  params: { name: 'backend', namespace: 'shop', keys } as JsonObject,
  ...more,
});
const generated = { generate: { bytes: 32 } };

describe('a reference to a Secret', () => {
  it('that nothing makes names object, template line and answer', () => {
    const { problems } = check({
      objects: [secretRef('backend', 'database-url')],
      set: { secrets: { existing: 'backend' } },
      origins: { 'set.secrets.existing': ['secretName'] },
    });
    expect(problems).toEqual([
      {
        code: 'missing-secret',
        message: 'Secret backend is not in namespace shop, and no earlier step makes it',
        neededBy: 'web/templates/all.yaml:8 (Deployment web, container web, variable DATABASE_URL)',
        remedy: ['Declare it in the recipe, or create it: kubectl -n shop create secret generic backend'],
        answers: ['secretName'],
        isFatal: true,
      },
    ]);
  });

  it('to a key that its maker does not have names the keys, and the answers behind that key', () => {
    const steps = [
      secretStep(
        [
          { key: 'token', sources: [generated] },
          { key: 'database-url', sources: [] },
        ],
        { origins: { 'keys[1].sources[0]': ['database'] } },
      ),
    ];
    const { problems } = check({ objects: [secretRef('backend', 'database-url')], steps, needs: ['secret.backend'] });
    expect(problems).toMatchObject([
      {
        code: 'missing-secret-key',
        message: 'Secret backend has no key database-url',
        remedy: [expect.stringContaining('It has: token.')],
        answers: ['database'],
        isFatal: true,
      },
    ]);
  });

  it('is proven by an earlier step, by what the cluster has, or by the chart itself', () => {
    const objects = [secretRef('backend', 'database-url')];
    const made = secretStep([{ key: 'database-url', sources: [generated] }]);
    expect(check({ objects, steps: [made], needs: ['secret.backend'] })).toMatchObject({ problems: [], proven: 2 });
    expect(check({ objects, existing: { keysOf: () => ['database-url'] } }).problems).toEqual([]);
    for (const part of ['data', 'stringData']) {
      const own = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'backend' }, [part]: { 'database-url': 'x' } };
      expect(check({ objects: [...objects, own] }).problems).toEqual([]);
    }
    expect(check({ objects, existing: { keysOf: () => ['other'] } }).codes).toEqual(['missing-secret-key']);
  });

  it('is proven through steps in between', () => {
    const steps = [
      secretStep([{ key: 'database-url', sources: [generated] }]),
      { id: 'image.web', kind: 'image' as const, params: { pull: 'x' }, needs: ['secret.backend'] },
    ];
    expect(check({ objects: [secretRef('backend', 'database-url')], steps, needs: ['image.web'] }).problems).toEqual(
      [],
    );
  });

  it('that is made too late says by which step', () => {
    const { problems } = check({
      objects: [secretRef('backend', 'database-url')],
      steps: [secretStep([{ key: 'database-url', sources: [generated] }])],
    });
    expect(problems).toMatchObject([
      {
        code: 'made-too-late',
        message: 'Secret backend is made by secret.backend, which does not come before',
        isFatal: true,
      },
    ]);
    expect(problems[0]?.remedy[0]).toContain('needs: [secret.backend]');
  });

  it('that is optional is no problem, made or not', () => {
    expect(check({ objects: [secretRef('backend', 'database-url', { optional: true })] }).problems).toEqual([]);
    expect(
      check({
        objects: [secretRef('backend', 'database-url', { optional: true })],
        steps: [secretStep([])],
        needs: ['secret.backend'],
      }).problems,
    ).toEqual([]);
  });

  it('that may not be read is told, and not in the way', () => {
    expect(
      check({ objects: [secretRef('backend', 'database-url')], existing: { keysOf: () => undefined } }).problems,
    ).toMatchObject([{ code: 'not-proven', isFatal: false }]);
  });

  it('to a key that is there only with an optional answer is told when it is always needed', () => {
    const steps = [secretStep([{ key: 'database-url', sources: [{ ask: 'URL', optional: true }] }])];
    expect(
      check({ objects: [secretRef('backend', 'database-url')], steps, needs: ['secret.backend'] }).problems,
    ).toMatchObject([{ code: 'not-proven', isFatal: false }]);
    expect(
      check({ objects: [secretRef('backend', 'database-url', { optional: true })], steps, needs: ['secret.backend'] })
        .problems,
    ).toEqual([]);
  });

  it('to pull images, of a certificate, or of a database is proven by their steps', () => {
    const pods = {
      ...deployment('web'),
      spec: { template: { spec: { containers: [], imagePullSecrets: [{ name: 'login' }] } } },
    };
    const pull = {
      id: 'pull-secret.login',
      kind: 'pull-secret' as const,
      params: { name: 'login', namespace: 'shop' },
    };
    expect(check({ objects: [pods] }).codes).toEqual(['missing-secret']);
    expect(check({ objects: [pods], steps: [pull], needs: [pull.id] }).problems).toEqual([]);
    const certificate = {
      id: 'certificate.web',
      kind: 'certificate' as const,
      params: { secretName: 'web-tls', namespace: 'shop' },
    };
    expect(
      check({
        objects: [ingress({ ingressClassName: 'nginx', tls: [{ secretName: 'web-tls' }] })],
        steps: [certificate],
        needs: [certificate.id],
      }).problems,
    ).toEqual([]);
    const database = {
      id: 'database.postgres',
      kind: 'database' as const,
      params: { name: 'postgres', namespace: 'shop' },
    };
    expect(
      check({ objects: [secretRef('postgres', 'password')], steps: [database], needs: [database.id] }).problems,
    ).toEqual([]);
    expect(check({ objects: [secretRef('postgres', 'url')], steps: [database], needs: [database.id] }).codes).toEqual([
      'missing-secret-key',
    ]);
  });

  it('in another namespace is not proven by one here', () => {
    const elsewhere = { ...secretRef('backend', 'database-url'), metadata: { name: 'web', namespace: 'other' } };
    const { problems } = check({
      objects: [elsewhere],
      steps: [secretStep([{ key: 'database-url', sources: [generated] }])],
      needs: ['secret.backend'],
    });
    expect(problems).toMatchObject([
      { message: 'Secret backend is not in namespace other, and no earlier step makes it' },
    ]);
  });
});

describe('a reference to anything else', () => {
  it.each<[string, KubernetesObject, string, KubernetesObject]>([
    [
      'ConfigMap',
      env({ configMapKeyRef: { name: 'settings', key: 'level' } }),
      'missing-config-map',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { level: 'x' } },
    ],
    [
      'ConfigMap with bytes',
      volume({ configMap: { name: 'settings', items: [{ key: 'logo' }] } }),
      'missing-config-map',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, binaryData: { logo: 'x' } },
    ],
    [
      'ServiceAccount',
      { ...deployment('web'), spec: { template: { spec: { containers: [], serviceAccountName: 'robot' } } } },
      'missing-service-account',
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } },
    ],
    [
      'claim',
      volume({ persistentVolumeClaim: { claimName: 'data' } }),
      'missing-persistent-volume-claim',
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec: {} },
    ],
    [
      'Service',
      ingress({ ingressClassName: 'nginx', defaultBackend: { service: { name: 'web', port: { number: 80 } } } }),
      'missing-service',
      service('web', { selector: {} }),
    ],
    [
      'IngressClass',
      ingress({ ingressClassName: 'traefik' }),
      'missing-ingress-class',
      { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'traefik' } },
    ],
    [
      'StorageClass',
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { storageClassName: 'fast' },
      },
      'missing-storage-class',
      { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' } },
    ],
  ])('that nothing makes is a problem, and none when the chart makes it: %s', (_what, needing, code, made) => {
    expect(check({ objects: [needing] }).codes).toEqual([code]);
    expect(check({ objects: [needing, made] }).codes).toEqual([]);
    const late = check({ objects: [needing], others: { 'release.later': [made] } });
    expect(late.codes).toEqual(['made-too-late']);
    expect(check({ objects: [needing], others: { 'release.later': [made] }, needs: ['release.later'] }).codes).toEqual(
      [],
    );
  });

  it('to a port that its Service does not have', () => {
    const backend = (port: object) =>
      ingress({ ingressClassName: 'nginx', defaultBackend: { service: { name: 'web', port } } });
    const web = service('web', { selector: {} });
    for (const port of [{ number: 80 }, { name: 'http' }])
      expect(check({ objects: [backend(port), web] }).problems).toEqual([]);
    expect(check({ objects: [backend({ number: 8080 }), web] }).problems).toMatchObject([
      {
        code: 'missing-port',
        message: 'Service web has no port 8080',
        remedy: [expect.stringContaining('It has: 80, http.')],
      },
    ]);
  });

  it('to the default of classes of which none is the default', () => {
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec: {} };
    expect(check({ objects: [claim] }).problems).toEqual([]);
    expect(
      check({ objects: [claim], existing: { storageClasses: [{ name: 'a', isDefault: false }] } }).problems,
    ).toMatchObject([
      {
        code: 'missing-storage-class',
        message: 'The cluster has no default StorageClass, and none is named',
        remedy: ['Name one of: a (kubectl get storageclass).'],
      },
    ]);
    expect(check({ objects: [claim], existing: { storageClasses: undefined } }).problems).toMatchObject([
      { code: 'not-proven', isFatal: false },
    ]);
  });

  it('to an image that is built, on the nodes, nowhere, or who knows where', () => {
    const objects = [deployment('web')];
    const image = { id: 'image.web', kind: 'image' as const, params: { pull: 'web:1' } };
    expect(
      check({ objects, steps: [image], needs: ['image.web'], existing: { hasImage: () => false } }).problems,
    ).toEqual([]);
    expect(check({ objects, steps: [image], existing: { hasImage: () => false } }).codes).toEqual(['made-too-late']);
    expect(check({ objects, existing: { hasImage: () => false } }).problems).toMatchObject([
      {
        code: 'missing-image',
        message: expect.stringContaining('Image web:1 is neither on the nodes nor in its registry'),
      },
    ]);
    expect(check({ objects, existing: { hasImage: () => undefined } }).problems).toMatchObject([
      { code: 'not-proven', isFatal: false },
    ]);
  });
});

describe('a node port', () => {
  const web = service('web', { selector: {}, ports: [{ port: 80, nodePort: 30001 }] });
  const asked = {
    set: { 'service.nodePort': 30001, service: { type: 'NodePort' } },
    origins: { 'set.service.nodePort': ['frontendPort'] },
  };

  it('that another Service has names it and the answer to change', () => {
    expect(
      check({ objects: [web], ...asked, existing: { nodePorts: new Map([[30001, 'other/shop']]) } }).problems,
    ).toMatchObject([
      {
        code: 'node-port-taken',
        message: 'Node port 30001 belongs to Service other/shop already',
        neededBy: 'web/templates/all.yaml:10 (Service web)',
        answers: ['frontendPort'],
        isFatal: true,
      },
    ]);
  });

  it('that is its own from before, or free, is none', () => {
    expect(check({ objects: [web], existing: { nodePorts: new Map([[30001, 'shop/web']]) } }).problems).toEqual([]);
    expect(check({ objects: [web], existing: { nodePorts: undefined } }).problems).toEqual([]);
  });

  it('that two Services of the plan ask for is told for both', () => {
    const api = service('api', { selector: {}, ports: [{ port: 80, nodePort: 30001 }] });
    const { problems } = check({ objects: [web], others: { 'release.api': [api] }, ...asked });
    expect(problems).toMatchObject([
      {
        code: 'node-port-twice',
        message: 'Node port 30001 is asked for by Service api as well',
        answers: ['frontendPort'],
      },
      { code: 'node-port-twice', message: 'Node port 30001 is asked for by Service web as well' },
    ]);
    const udp = service('dns', { selector: {}, ports: [{ port: 53, nodePort: 30001, protocol: 'UDP' }] });
    expect(check({ objects: [web, udp] }).problems).toEqual([]);
  });
});

describe('a Service', () => {
  it('whose selector matches no pod is told, with the line', () => {
    const { problems } = check({
      objects: [deployment('web'), service('web', { selector: { app: 'other', tier: 'x' } })],
    });
    expect(problems).toMatchObject([
      {
        code: 'selector-matches-nothing',
        message: 'Service web selects app=other, tier=x, and no pod of the plan has these labels',
        neededBy: 'web/templates/all.yaml:11 (Service web)',
        isFatal: true,
      },
    ]);
  });

  it.each<[string, KubernetesObject[]]>([
    ['its own pods', [deployment('web'), service('web')]],
    ['nothing at all: its endpoints are made by hand', [deployment('web'), service('web', { selector: undefined })]],
    [
      'the pods of a CronJob',
      [
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          metadata: { name: 'web' },
          spec: {
            jobTemplate: { spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [] } } } },
          },
        },
        service('web'),
      ],
    ],
    ['pods that another program makes', [service('web')]],
  ])('may select %s', (_what, objects) => expect(check({ objects }).problems).toEqual([]));

  it('selects no pods of another namespace', () => {
    const elsewhere = { ...service('api'), metadata: { name: 'api', namespace: 'other' } };
    const there = { ...deployment('web'), metadata: { name: 'web', namespace: 'other' } };
    expect(check({ objects: [deployment('api'), there, elsewhere] }).codes).toEqual(['selector-matches-nothing']);
  });

  it('may select the pods of another release', () => {
    expect(
      check({ objects: [deployment('web'), service('api')], others: { 'release.api': [deployment('api')] } }).problems,
    ).toEqual([]);
  });
});

describe('a kind', () => {
  const certificate: KubernetesObject = {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name: 'web' },
  };
  const definition: KubernetesObject = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'certificates.cert-manager.io' },
    spec: { group: 'cert-manager.io', names: { kind: 'Certificate' } },
  };
  const existing = { servesKind: (_version: string, kind: string) => kind !== 'Certificate' };

  it('that the cluster does not serve is told', () => {
    expect(check({ objects: [certificate], existing }).problems).toMatchObject([
      { code: 'missing-api', message: 'The cluster does not serve Certificate of cert-manager.io/v1', isFatal: true },
    ]);
  });

  it('that a chart or perhaps an add-on defines is not in the way', () => {
    expect(check({ objects: [certificate, definition], existing }).problems).toEqual([]);
    const steps = [{ id: 'addon.cert', kind: 'addon' as const, params: {} }];
    expect(check({ objects: [certificate], steps, existing }).problems).toMatchObject([
      { code: 'missing-api', isFatal: false },
    ]);
    const old = { apiVersion: 'policy/v1beta1', kind: 'PodSecurityPolicy', metadata: { name: 'x' } };
    expect(check({ objects: [old], steps, existing: { servesKind: () => false } }).problems).toMatchObject([
      { isFatal: true },
    ]);
  });

  it('that could not be looked up is taken for served', () => {
    expect(check({ objects: [certificate], existing: { servesKind: () => undefined } }).problems).toEqual([]);
  });
});

describe('for any objects', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const key = fc.constantFrom('x', 'y');
  const anyNeed = fc.oneof(
    fc.record({ name, key }).map(({ name: of, key: k }) => env({ secretKeyRef: { name: of, key: k } })),
    fc.record({ name, key }).map(({ name: of, key: k }) => env({ configMapKeyRef: { name: of, key: k } })),
    name.map((of) => volume({ persistentVolumeClaim: { claimName: of } })),
    name.map((of) =>
      ingress({ ingressClassName: 'nginx', defaultBackend: { service: { name: of, port: { number: 80 } } } }),
    ),
  );
  const kinds = ['Secret', 'ConfigMap', 'PersistentVolumeClaim', 'ServiceAccount', 'Service'] as const;
  const made = fc.record({ kind: fc.constantFrom(...kinds), name }).map(({ kind, name: of }): KubernetesObject => ({
    apiVersion: 'v1',
    kind,
    metadata: { name: of },
    ...(kind === 'Service'
      ? { spec: { ports: [{ port: 80 }] } }
      : kind === 'PersistentVolumeClaim'
        ? { spec: { storageClassName: '' } }
        : { data: { x: '', y: '' } }),
  }));

  it('one more never makes itself missing', () => {
    fc.assert(
      fc.property(
        fc.array(anyNeed, { maxLength: 6 }),
        fc.array(made, { maxLength: 4 }),
        made,
        (needing, before, added) => {
          const about = (objects: KubernetesObject[]) =>
            check({ objects }).problems.filter(
              ({ code, message }) =>
                code.startsWith('missing-') && message.startsWith(`${added.kind} ${added.metadata.name} `),
            ).length;
          expect(about([...needing, ...before, added])).toBe(0);
          expect(about([...needing, ...before, added])).toBeLessThanOrEqual(about([...needing, ...before]));
        },
      ),
    );
  });

  it('every need is proven, a problem, or optional: nothing is forgotten', () => {
    fc.assert(
      fc.property(fc.array(anyNeed, { maxLength: 6 }), fc.array(made, { maxLength: 4 }), (needing, more) => {
        const { proven, problems } = check({ objects: [...needing, ...more] });
        const images = needing.filter(
          ({ kind, spec }) => kind === 'Deployment' && spec.template.spec.containers.length > 0,
        ).length;
        const classes = needing.filter(({ kind }) => kind === 'Ingress').length;
        expect(proven + problems.length).toBe(needing.length + images + classes);
      }),
    );
  });
});
