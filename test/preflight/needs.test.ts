import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/kubernetes/objects.ts';
import { needsOf } from '../../src/plan/preflight/needs.ts';

const object = (kind: string, more: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'web' },
  ...more,
});
const pod = (spec: object) => object('Pod', { spec });
/** `Secret token/key?` with a question mark when it is optional. */
const words = (one: KubernetesObject) =>
  needsOf(one, 'shop').map(
    ({ kind, name, key, isOptional }) => `${kind} ${name}${key === undefined ? '' : `/${key}`}${isOptional ? '?' : ''}`,
  );

describe('what an object needs', () => {
  it('is what the containers of its pods name', () => {
    const containers = [
      {
        name: 'api',
        image: 'api:1',
        env: [
          { name: 'PLAIN', value: 'x' },
          { name: 'URL', valueFrom: { secretKeyRef: { name: 'backend', key: 'url' } } },
          { name: 'LEVEL', valueFrom: { configMapKeyRef: { name: 'settings', key: 'level', optional: true } } },
          { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        envFrom: [{ secretRef: { name: 'all', optional: true } }, { configMapRef: { name: 'more' } }],
      },
    ];
    const initContainers = [{ name: 'migrate', image: 'migrate:1' }];
    expect(
      words(pod({ containers, initContainers, imagePullSecrets: [{ name: 'login' }], serviceAccountName: 'robot' })),
    ).toEqual([
      'Image migrate:1',
      'Image api:1',
      'Secret backend/url',
      'ConfigMap settings/level?',
      'Secret all?',
      'ConfigMap more',
      'Secret login',
      'ServiceAccount robot',
    ]);
    expect(needsOf(pod({ containers }), 'shop')[1]).toMatchObject({
      by: 'Pod web, container api, variable URL',
      namespace: 'shop',
      hints: ['key: url', 'name: URL', 'url', 'URL'],
    });
  });

  it('is what their volumes name', () => {
    const volumes = [
      { name: 'a', emptyDir: {} },
      { name: 'b', secret: { secretName: 'tls' } },
      { name: 'c', secret: { secretName: 'keys', items: [{ key: 'one' }, { key: 'two' }], optional: true } },
      { name: 'd', configMap: { name: 'files', items: [{ key: 'nginx.conf' }] } },
      { name: 'e', persistentVolumeClaim: { claimName: 'data' } },
      {
        name: 'f',
        projected: {
          sources: [{ secret: { name: 'p' } }, { configMap: { name: 'q' } }, { serviceAccountToken: { path: 't' } }],
        },
      },
      { name: 'g', ephemeral: { volumeClaimTemplate: { spec: { storageClassName: 'fast' } } } },
    ];
    expect(words(pod({ containers: [], volumes }))).toEqual([
      'Secret tls',
      'Secret keys/one?',
      'Secret keys/two?',
      'ConfigMap files/nginx.conf',
      'PersistentVolumeClaim data',
      'Secret p',
      'ConfigMap q',
      'StorageClass fast',
    ]);
  });

  it.each(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'])(
    'is that of the pods that a %s makes',
    (kind) => {
      expect(
        words(object(kind, { spec: { template: { spec: { containers: [{ name: 'a', image: 'a:1' }] } } } })),
      ).toEqual(['Image a:1']);
    },
  );

  it('is that of the pods that a CronJob makes', () => {
    const template = { spec: { containers: [{ name: 'a', image: 'a:1' }] } };
    expect(words(object('CronJob', { spec: { jobTemplate: { spec: { template } } } }))).toEqual(['Image a:1']);
  });

  it('is a StorageClass, named or the default, unless a claim wants none', () => {
    expect(words(object('PersistentVolumeClaim', { spec: { storageClassName: 'fast' } }))).toEqual([
      'StorageClass fast',
    ]);
    expect(words(object('PersistentVolumeClaim', { spec: {} }))).toEqual(['StorageClass ']);
    expect(words(object('PersistentVolumeClaim', { spec: { storageClassName: '' } }))).toEqual([]);
    const claims = [
      { metadata: { name: 'data' }, spec: {} },
      { metadata: { name: 'log' }, spec: { storageClassName: 'slow' } },
    ];
    expect(
      words(object('StatefulSet', { spec: { template: { spec: { containers: [] } }, volumeClaimTemplates: claims } })),
    ).toEqual(['StorageClass ', 'StorageClass slow']);
  });

  it('is class, Services and certificates of an Ingress', () => {
    const service = (name: string, port: object) => ({ backend: { service: { name, port } } });
    const spec = {
      ingressClassName: 'nginx',
      defaultBackend: service('fallback', { number: 80 }).backend,
      rules: [
        { host: 'a', http: { paths: [service('web', { name: 'http' }), { backend: { resource: {} } }] } },
        { host: 'b' },
      ],
      tls: [{ secretName: 'web-tls' }, {}],
    };
    expect(words(object('Ingress', { spec }))).toEqual([
      'IngressClass nginx',
      'Service fallback/80',
      'Service web/http',
      'Secret web-tls',
    ]);
  });

  it('is no certificate that cert-manager makes, and no class where a controller is named as before', () => {
    const metadata = {
      name: 'web',
      annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt', 'kubernetes.io/ingress.class': 'nginx' },
    };
    expect(words(object('Ingress', { metadata, spec: { tls: [{ secretName: 'web-tls' }] } }))).toEqual([]);
    expect(words(object('Ingress', { spec: {} }))).toEqual(['IngressClass ']);
  });

  it('is in the namespace that the object names', () => {
    const own = { ...object('PersistentVolumeClaim', { spec: {} }), metadata: { name: 'web', namespace: 'other' } };
    expect(needsOf(own, 'shop')[0]?.namespace).toBe('other');
  });

  it.each([
    object('Pod', {}),
    object('Pod', { spec: {} }),
    object('Pod', { spec: { containers: null, volumes: null, imagePullSecrets: null } }),
    object('Pod', { spec: { containers: [{ name: 'a' }, { name: 'b', image: null, env: null, envFrom: null }] } }),
    object('Deployment', {}),
    object('Deployment', { spec: null }),
    object('Deployment', { spec: { template: {} } }),
    object('StatefulSet', { spec: { volumeClaimTemplates: [{}] } }),
    object('Ingress', {}),
    object('Ingress', { spec: { rules: [{}], tls: null } }),
    object('Unheard', { spec: 'text' }),
  ])('can be told of what a chart forgot half of: %j', (broken) => {
    expect(Array.isArray(needsOf(broken, 'shop'))).toBe(true);
  });
});
