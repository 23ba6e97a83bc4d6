import { createAdmission } from './admission/index.ts';
import { quotaStatus } from './admission/quota-usage.ts';
import { Api } from './api/api.ts';
import { Registry } from './api/registry.ts';
import { apiVersionOf, type Resource } from './api/resource.ts';
import { builtInType } from './api/types.ts';
import { createChance, type Chance } from './chance.ts';
import { ManualClock, ScaledClock, type RehearsalClock } from './clock.ts';
import { createComponentClient, type Component } from './controllers/component-client.ts';
import type { Controller } from './controllers/controller.ts';
import { answerWebhook } from './controllers/custom/cert-manager-webhook.ts';
import { builtInControllers } from './controllers/index.ts';
import { admissionFaults } from './faults/admission-faults.ts';
import { parseFault } from './faults/fault.ts';
import { Faults } from './faults/faults.ts';
import { createSecondWriter } from './faults/second-writer.ts';
import { createControl } from './http/control.ts';
import { createHandler } from './http/handler.ts';
import { createPodStreams } from './http/pod-streams.ts';
import type { Handler } from './http/server.ts';
import { convert } from './kinds/conversion.ts';
import { kindRules } from './kinds/index.ts';
import { metaErrors } from './kinds/object-meta.ts';
import { NodePorts } from './network/node-ports.ts';
import { PodNetwork } from './network/pod-network.ts';
import { createKubelets, type Kubelets } from './node/kubelet.ts';
import { createScheduler } from './node/scheduler.ts';
import { nodeNames, seed, seededImages } from './node/seed.ts';
import type { JsonObject, StoredObject } from './objects.ts';
import type { RehearsalOptions } from './options.ts';
import { trackUpdate } from './patch/managed-fields.ts';
import { conversionOf } from './patch/versions.ts';
import { resetFilter } from './patch/reset-fields.ts';
import { customDefaults } from './schema/custom-body.ts';
import { customObjectErrors } from './schema/custom-validation.ts';
import { withDefaults } from './schema/defaults.ts';
import { customResources, type Definition } from './schema/structural.ts';
import { Store } from './store/store.ts';
import { ClusterTime } from './turns/cluster-time.ts';
import { Traffic } from './turns/traffic.ts';

/** Milliseconds until a Service of type LoadBalancer has its address. */
const loadBalancerDelay = 2000;

/** The whole cluster in this process, before it listens. */
export interface Cluster {
  handler: Handler;
  api: Api;
  faults: Faults;
  /** Seeds it and lets its controllers run. `rootCertificate` is what pods find in `kube-root-ca.crt`. */
  start(rootCertificate: string): void;
  stop(): void;
}

export interface ClusterSettings extends Pick<RehearsalOptions, 'seed' | 'faults' | 'nodes' | 'opensPorts'> {
  clock: RehearsalClock;
  /** An error that is a mistake of ours. */
  bug(error: unknown): void;
  traffic?: Traffic;
  /** Set when it takes turns. */
  time?: ClusterTime;
}

/** A cluster whose time runs by itself, or in the turns that it takes with the wizard. */
export function createRunningCluster(options: RehearsalOptions, bug: ClusterSettings['bug']): Cluster {
  const { speed } = options;
  if (speed === 'turns') {
    const clock = new ManualClock(options.start);
    const traffic = new Traffic(() => time.lookAgain());
    const time = new ClusterTime(clock, traffic, bug);
    return createCluster({ ...options, clock, bug, traffic, time });
  }
  const clock = new ScaledClock({ ...options, speed }, bug);
  const cluster = createCluster({ ...options, clock, bug });
  return {
    ...cluster,
    stop() {
      cluster.stop();
      clock.close();
    },
  };
}

/** Puts the cluster together: the only file of it that knows every part. */
export function createCluster({ clock, bug, traffic = new Traffic(), time, ...options }: ClusterSettings): Cluster {
  const chance = createChance(options.seed);
  const faults = new Faults(options.faults.map(faultOf), { clock, chance: chance.fork('faults') });
  const api = createApi(clock, chance, faults);
  const clientOf = (component: Component) => createComponentClient(api, component);
  const machines = new Set(nodeNames(options.nodes));
  const kubelets = createKubelets({
    isMachine: (node) => machines.has(node),
    interference: faults,
    images: seededImages,
    clientOf: (node) =>
      clientOf({ user: `system:node:${node}`, fieldManager: 'kubelet', events: { component: 'kubelet', host: node } }),
  });
  const network = new PodNetwork(api.reader, clock);
  const proxy = { user: 'system:kube-proxy', fieldManager: 'kube-proxy', events: { component: 'kube-proxy' } };
  const nodePorts = new NodePorts(clientOf(proxy), network.connect);
  const handler = createHandler({
    rest: { api, rules: kindRules, convert, traffic },
    streams: createPodStreams({ api, kubelets, connect: network.connect, chance: chance.fork('streams') }),
    control: createControl({ faults, network, time }),
    requestFault: (request) => faults.apiFault(request),
    clockSkew: () => faults.clockSkew(),
    bug,
  });
  return {
    handler,
    api,
    faults,
    start(rootCertificate) {
      const components = controllersOf({ api, faults, kubelets, rootCertificate });
      const [definitions, ...others] = components;
      const begin = ({ controller, component }: Running) =>
        controller.start({ client: clientOf(component), clock, chance: chance.fork(controller.name) });
      if (definitions !== undefined) begin(definitions);
      seed(clientOf({ user: 'system:apiserver', fieldManager: 'kubeadm', events: { component: 'kubeadm' } }), options);
      for (const running of others) begin(running);
      if (options.opensPorts) nodePorts.start();
    },
    stop: () => nodePorts.close(),
  };
}

function createApi(clock: RehearsalClock, chance: Chance, faults: Faults): Api {
  const registry = new Registry();
  return new Api({
    store: new Store(),
    registry,
    clock,
    chance: chance.fork('api'),
    rules: kindRules,
    admission: [...createAdmission({ chance: chance.fork('admission'), answerWebhook }), admissionFaults(faults)],
    schemaDefaults: (object, resource, old) => {
      const value = object as unknown as JsonObject;
      const filled =
        resource.custom === undefined
          ? withDefaults(value, resource.shape, builtInType, old as unknown as JsonObject | undefined)
          : customDefaults(value, resource);
      return filled as unknown as StoredObject;
    },
    schemaErrors: (object, old, resource) =>
      customObjectErrors(
        object as unknown as JsonObject,
        resource,
        old === undefined ? {} : { old: old as unknown as JsonObject },
      ),
    metaErrors,
    trackUpdate: ({ resource, subresource, before, after, ...write }) => {
      const apiVersion = apiVersionOf(resource);
      return trackUpdate({
        ...write,
        before: before && convert(before, apiVersion),
        after: convert(after, apiVersion) as unknown as JsonObject,
        apiVersion,
        shape: resource.shape,
        lookup: builtInType,
        reset: resetFilter(resource, subresource),
        convert: conversionOf(resource, registry),
        subresource,
      });
    },
  });
}

interface Running {
  controller: Controller;
  component: Component;
}

function controllersOf({
  api,
  faults,
  kubelets,
  rootCertificate,
}: {
  api: Api;
  faults: Faults;
  kubelets: Kubelets;
  rootCertificate: string;
}): Running[] {
  const scheduler = createScheduler({ unschedulable: (pod) => faults.unschedulable(pod) });
  faults.onChange(() => scheduler.retry());
  return [
    ...builtInControllers({
      registry: api.registry,
      customResource: (definition): Resource[] => customResources(definition as unknown as Definition),
      quotaStatus: (quota, reader) => quotaStatus(quota, [...api.registry.all()], reader),
      expire(object) {
        const resource = api.registry.ofKind(`${object.apiVersion} ${object.kind}`);
        if (resource !== undefined) api.store.remove(resource, object);
      },
      finalizeNamespace: (namespace) => finalizeNamespace(api, namespace),
      hasNoProvisioner: ({ metadata }) => faults.claimProblem(metadata.name) === 'no-provisioner',
      custom: { certificates: { isPending: () => faults.isOn('certificate') } },
      rootCertificate,
      loadBalancing: {
        delay: loadBalancerDelay,
        address: () => (faults.isOn('load-balancer') ? undefined : { ip: '127.0.0.1' }),
      },
    }),
    {
      controller: scheduler,
      component: {
        user: 'system:kube-scheduler',
        fieldManager: 'kube-scheduler',
        events: { component: 'default-scheduler', action: 'Scheduling' },
      },
    },
    {
      controller: kubelets,
      component: { user: 'system:nodes', fieldManager: 'kubelet', events: { component: 'kubelet' } },
    },
    {
      controller: createSecondWriter(faults),
      component: {
        user: 'second-writer',
        fieldManager: 'second-writer',
        events: { component: 'second-writer' },
      },
    },
  ];
}

/** The finalizers of a namespace are changed under an address of their own. */
function finalizeNamespace(api: Api, object: StoredObject): void {
  const resource = api.registry.ofKind('v1 Namespace');
  if (resource === undefined) return;
  api.update(
    { resource, name: object.metadata.name, subresource: 'finalize' },
    { user: 'system:serviceaccount:kube-system:namespace-controller', fieldManager: 'kube-controller-manager' },
    () => ({ object }),
  );
}

/** A fault of the options; the wizard has refused those that are none. */
function faultOf(text: string) {
  const fault = parseFault(text);
  if ('problem' in fault) throw new TypeError(fault.problem.message);
  return fault;
}
