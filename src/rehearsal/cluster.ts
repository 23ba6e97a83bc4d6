import { Api } from './api/api.ts';
import { Registry } from './api/registry.ts';
import { builtInType } from './api/types.ts';
import { apiVersionOf, type Resource } from './api/resource.ts';
import { createChance } from './chance.ts';
import { ScaledClock, type RehearsalClock } from './clock.ts';
import { createComponentClient, type Component } from './controllers/component-client.ts';
import type { Controller } from './controllers/controller.ts';
import { createHandler } from './http/handler.ts';
import type { Handler } from './http/server.ts';
import { convert } from './kinds/conversion.ts';
import { kindRules } from './kinds/index.ts';
import { metaErrors } from './kinds/object-meta.ts';
import { createKubelets } from './node/kubelet.ts';
import { createScheduler } from './node/scheduler.ts';
import type { JsonObject, StoredObject } from './objects.ts';
import type { RehearsalOptions } from './options.ts';
import { resetFilter } from './patch/reset-fields.ts';
import { trackUpdate } from './patch/managed-fields.ts';
import { withDefaults } from './schema/defaults.ts';
import { NodePorts } from './network/node-ports.ts';
import { PodNetwork } from './network/pod-network.ts';
import { Store } from './store/store.ts';
import { deploymentController } from './controllers/workloads/deployment.ts';
import { replicaSetController } from './controllers/workloads/replica-set.ts';
import { statefulSetController } from './controllers/workloads/stateful-set.ts';
import { namespaceController } from './controllers/lifecycle/namespace.ts';
import { garbageCollector } from './controllers/lifecycle/garbage-collector.ts';
import { endpointSliceController } from './controllers/network/endpoint-slices.ts';
import { endpointsController } from './controllers/network/endpoints.ts';
import { jobController } from './controllers/jobs/job.ts';
import { serviceAccountController, rootCaPublisher } from './controllers/lifecycle/namespace-contents.ts';

/** The whole cluster in this process, before it listens. */
export interface Cluster {
  handler: Handler;
  api: Api;
  clock: RehearsalClock;
  /** Seeds it and lets its controllers run. */
  start(): void;
  stop(): void;
}

/** Puts the cluster together: the only file of it that knows every part. */
export function createCluster(options: RehearsalOptions, bug: (error: unknown) => void): Cluster {
  const clock = new ScaledClock(options);
  const chance = createChance(options.seed);
  const registry = new Registry();
  const api = new Api({
    store: new Store(),
    registry,
    clock,
    chance: chance.fork('api'),
    rules: kindRules,
    admission: [],
    schemaDefaults: (object, { shape }) =>
      withDefaults(object as unknown as JsonObject, shape) as unknown as StoredObject,
    schemaErrors: () => [],
    metaErrors,
    trackUpdate: ({ resource, subresource, ...write }) =>
      trackUpdate({
        ...write,
        after: write.after as unknown as JsonObject,
        apiVersion: apiVersionOf(resource),
        shape: resource.shape,
        lookup: builtInType,
        reset: resetFilter(resource, subresource),
        subresource,
      }),
  });
  const clientOf = (component: Component) => createComponentClient(api, component);
  const manager = (name: string): Component => ({
    user: `system:serviceaccount:kube-system:${name}`,
    fieldManager: 'kube-controller-manager',
    events: { component: name },
  });
  const controllers: { controller: Controller; component: Component }[] = [
    ...[
      deploymentController(),
      replicaSetController(),
      statefulSetController(),
      namespaceController({ registry }),
      garbageCollector({ registry }),
      endpointSliceController(),
      endpointsController(),
      jobController(),
      serviceAccountController(),
      rootCaPublisher({ rootCertificate: 'REHEARSAL' }),
    ].map((controller) => ({ controller, component: manager(controller.name) })),
    {
      controller: createScheduler(),
      component: {
        user: 'system:kube-scheduler',
        fieldManager: 'kube-scheduler',
        events: { component: 'default-scheduler', action: 'Binding' },
      },
    },
    {
      controller: createKubelets({
        clientOf: (node) =>
          clientOf({
            user: `system:node:${node}`,
            fieldManager: 'kubelet',
            events: { component: 'kubelet', host: node },
          }),
      }),
      component: { user: 'system:node:rehearsal', fieldManager: 'kubelet', events: { component: 'kubelet' } },
    },
  ];
  const network = new PodNetwork(api.reader, clock);
  const nodePorts = new NodePorts(clientOf(manager('kube-proxy')), network.connect);
  const handler = createHandler({
    rest: { api, rules: kindRules, convert, evaluate: () => [] },
    streams: {
      log: async () => undefined,
      exec: async () => undefined,
      attach: async () => undefined,
      portforward: async () => undefined,
    },
    control: async () => undefined,
    mayDo: () => true,
    requestFault: () => undefined,
    clockSkew: () => 0,
    openApi: {
      v2: () => ({ body: '', contentType: 'x' }),
      v3Index: (resources) => ({
        paths: Object.fromEntries(
          [
            ...new Set(
              resources.map((one) => (one.group === '' ? `api/${one.version}` : `apis/${one.group}/${one.version}`)),
            ),
          ].map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=1` }]),
        ),
      }),
      v3Document: (group, version, resources) => smallDocument(group, version, resources),
    },
    bug,
  });
  return {
    handler,
    api,
    clock,
    start() {
      const admin = clientOf({ user: 'admin', fieldManager: 'kubeadm', events: { component: 'kubeadm' } });
      for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
        admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      admin.create({
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'rehearsal', labels: { 'kubernetes.io/hostname': 'rehearsal' } },
        spec: {},
        status: {
          capacity: { cpu: '4', memory: '8Gi', pods: '110' },
          allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
        },
      });
      for (const { controller, component } of controllers)
        controller.start({ client: clientOf(component), clock, chance: chance.fork(controller.name) });
      if (options.opensPorts) nodePorts.start();
    },
    stop() {
      nodePorts.close();
      clock.close();
    },
  };
}

function smallDocument(group: string, version: string, resources: readonly Resource[]): object {
  return {
    openapi: '3.0.0',
    info: { title: 'rehearsal', version: '1' },
    paths: Object.fromEntries(
      resources
        .filter((one) => one.group === group && one.version === version)
        .map((one) => [
          `/x/${one.plural}/{name}`,
          {
            patch: {
              'x-kubernetes-group-version-kind': { group, version, kind: one.kind },
              parameters: [{ name: 'fieldValidation', in: 'query' }],
            },
          },
        ]),
    ),
    components: { schemas: {} },
  };
}
