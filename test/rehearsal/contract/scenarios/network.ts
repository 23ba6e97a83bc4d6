import { apply, kubectl, observe, until, untilObserved, type Scenario } from '../scenario.ts';
import { deployment, pod, service, web } from './manifests.ts';

const selector = { app: 'web' };
const ready = { readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 1 } };

const services: Scenario = {
  name: 'services',
  clients: 'newest kubectl',
  steps: [
    apply(
      deployment('web', { ...web, ...ready }, { replicas: 2 }),
      service('plain', { selector, ports: [{ port: 80, targetPort: 'http' }] }),
      service('headless', { clusterIP: 'None', selector, ports: [{ port: 8080 }] }),
      service('sticky', {
        selector,
        sessionAffinity: 'ClientIP',
        ports: [
          { port: 80, name: 'a' },
          { port: 81, name: 'b', targetPort: 8080 },
        ],
      }),
      service('outside', {
        type: 'NodePort',
        selector,
        externalTrafficPolicy: 'Local',
        ports: [{ port: 80, targetPort: 8080 }],
      }),
      service('balanced', { type: 'LoadBalancer', selector, ports: [{ port: 80, targetPort: 8080 }] }),
      service('away', { type: 'ExternalName', externalName: 'example.org' }),
      service('bare', { ports: [{ port: 80 }] }),
      service('early', { selector, publishNotReadyAddresses: true, ports: [{ port: 80, targetPort: 'none' }] }),
      pod('unready', { ...web, readinessProbe: { httpGet: { path: '/', port: 81 }, periodSeconds: 1 } }, {}, selector),
    ),
    kubectl('rollout status deployment/web'),
    until('v1/pods/unready', 'status.containerStatuses.0.started', true),
    until(
      'discovery.k8s.io/v1/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dplain',
      'endpoints.2.addresses.0',
      /./,
    ),
    observe('v1/services', 'v1/endpoints'),
    observe('discovery.k8s.io/v1/endpointslices'),
    kubectl('get services -o wide'),
    kubectl('get endpoints'),
    kubectl('describe service plain'),
    kubectl('describe service outside'),
    { start: 'forward', run: ['kubectl', 'port-forward', 'service/plain', ':80'], shows: /Forwarding/ },
    { fetch: 'forward', path: '/health' },
    { stop: 'forward' },
    kubectl('port-forward service/bare :80', { exit: 1 }),
    kubectl('patch service plain -p {"spec":{"type":"NodePort"}}'),
    kubectl('patch service plain -p {"spec":{"type":"ClusterIP"}}'),
    kubectl(
      'patch service plain --type=merge -p {"spec":{"type":"ExternalName","externalName":"example.org","clusterIP":null,"clusterIPs":null}}',
    ),
    observe('v1/services/plain'),
    kubectl('create -f -', { stdin: [service('bad', { ports: [{ port: 80 }, { port: 81 }] })], exit: 1 }),
    kubectl('create -f -', { stdin: [service('bad', { ports: [{ port: 99999 }] })], exit: 1 }),
    kubectl('create -f -', {
      stdin: [service('bad', { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] })],
      exit: 1,
    }),
    kubectl('create -f -', { stdin: [service('bad', { clusterIP: '1.2.3.4', ports: [{ port: 80 }] })], exit: 1 }),
    kubectl('create -f -', { stdin: [service('bad', { selector })], exit: 1 }),
    kubectl('create -f -', { stdin: [service('1bad', { ports: [{ port: 80 }] })], exit: 1 }),
    kubectl('scale deployment web --replicas=0'),
    untilObserved('apps/v1/deployments/web'),
    kubectl('delete service headless sticky'),
    {
      until: 'v1/endpoints',
      what: 'endpoints go with their Service',
      holds: (objects) => !objects.some(({ metadata }) => metadata.name === 'headless'),
    },
  ],
};

const ingress = (more: object = {}) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'site' },
  spec: {
    ingressClassName: 'web',
    rules: [
      {
        host: 'example.org',
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { name: 'http' } } } }],
        },
      },
    ],
    tls: [{ hosts: ['example.org'], secretName: 'site-tls' }],
    ...more,
  },
});

const routing: Scenario = {
  name: 'routing',
  clients: 'newest kubectl',
  steps: [
    apply(ingress(), {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'closed' },
      spec: {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 80 }] }],
      },
    }),
    kubectl('get ingress,networkpolicy'),
    kubectl('describe ingress site'),
    kubectl('describe networkpolicy closed'),
    kubectl('create -f -', {
      stdin: [ingress({ rules: [{ http: { paths: [{ path: 'x', backend: {} }] } }] })],
      exit: 1,
    }),
    kubectl('create -f -', {
      stdin: [{ ...ingress({ rules: undefined, tls: undefined }), metadata: { name: 'empty' } }],
      exit: 1,
    }),
    kubectl('annotate ingress site example.org/note=x'),
    observe('networking.k8s.io/v1/ingresses', 'networking.k8s.io/v1/networkpolicies'),
  ],
};

/** Autoscaling where nobody measures. */
const autoscaling: Scenario = {
  name: 'autoscaling',
  clients: 'every kubectl',
  steps: [
    apply(deployment('web', { ...web, resources: { requests: { cpu: '10m' } } })),
    kubectl('rollout status deployment/web'),
    kubectl('autoscale deployment web --min=1 --max=3 --cpu-percent=80'),
    apply({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'lost' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'absent' },
        maxReplicas: 2,
        metrics: [
          { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } } },
        ],
      },
    }),
    until('autoscaling/v2/horizontalpodautoscalers/web', 'status.conditions.[ScalingActive].status', 'False'),
    until('autoscaling/v2/horizontalpodautoscalers/lost', 'status.conditions.[AbleToScale].status', 'False'),
    kubectl('get hpa'),
    kubectl('get hpa.v1.autoscaling web -o yaml'),
    kubectl('describe hpa web'),
    kubectl('autoscale deployment web --max=0', { exit: 1 }),
    observe('autoscaling/v2/horizontalpodautoscalers', 'autoscaling/v1/horizontalpodautoscalers', 'v1/events'),
  ],
};

export const network: readonly Scenario[] = [services, routing, autoscaling];
