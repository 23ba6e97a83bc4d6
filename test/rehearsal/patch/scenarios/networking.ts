import { apply, create, step, type Scenario } from './step.ts';

export const service: Scenario = {
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

export const ingress: Scenario = {
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
