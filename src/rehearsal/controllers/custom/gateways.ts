import type { StoredObject } from '../../objects.ts';
import type { Client } from '../client.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { statusOf, writeStatus, type NewCondition } from './custom-status.ts';
import { operatorController } from './operator-controller.ts';

/** One implementation of the Gateway API. */
interface Implementation {
  name: string;
  /** `spec.controllerName` of its GatewayClasses. */
  controllerName: string;
  operator: Readonly<Record<string, string>>;
  /** Message of the condition Accepted of a class. */
  accepted: string;
  scheduled: string;
  listener: string;
}

const implementations: Implementation[] = [
  {
    name: 'traefik',
    controllerName: 'traefik.io/gateway-controller',
    operator: { 'app.kubernetes.io/name': 'traefik' },
    accepted: 'Handled by Traefik controller',
    scheduled: 'Gateway successfully scheduled',
    listener: 'No error found',
  },
  {
    name: 'nginx-gateway',
    controllerName: 'gateway.nginx.org/nginx-gateway-controller',
    operator: { 'app.kubernetes.io/name': 'nginx-gateway-fabric' },
    accepted: 'The GatewayClass is accepted',
    scheduled: 'The Gateway is accepted',
    listener: 'The Listener is accepted',
  },
  {
    name: 'istio',
    controllerName: 'istio.io/gateway-controller',
    operator: { app: 'istiod' },
    accepted: 'Handled by Istio controller',
    scheduled: 'Resource accepted',
    listener: 'No errors found',
  },
];

interface GatewaySpec {
  gatewayClassName: string;
  listeners: {
    name: string;
    port: number;
    protocol: string;
    tls?: { certificateRefs?: { name: string; namespace?: string }[] };
  }[];
}

interface RouteSpec {
  parentRefs?: { name: string; namespace?: string; sectionName?: string; group?: string; kind?: string }[];
  rules?: { backendRefs?: { name: string; namespace?: string; kind?: string }[] }[];
}

const classKind = 'gateway.networking.k8s.io/v1 GatewayClass';
const gatewayKind = 'gateway.networking.k8s.io/v1 Gateway';
const routeKinds = {
  HTTPRoute: 'gateway.networking.k8s.io/v1 HTTPRoute',
  GRPCRoute: 'gateway.networking.k8s.io/v1 GRPCRoute',
} as const;

const gatewaySpec = (gateway: StoredObject) => gateway['spec'] as GatewaySpec;
const routeSpec = (route: StoredObject) => (route['spec'] ?? {}) as RouteSpec;

export const gatewayControllers: readonly Controller[] = implementations.map((implementation) => {
  const isOurs = (client: Client, gateway: StoredObject) => {
    const found = client.get(classKind, undefined, gatewaySpec(gateway).gatewayClassName);
    return (
      (found?.['spec'] as { controllerName?: string } | undefined)?.controllerName === implementation.controllerName
    );
  };
  const route = (object: StoredObject, context: ControllerContext) =>
    attachRoute(object, context, implementation, isOurs);
  return operatorController({
    name: `${implementation.name}-gateway-controller`,
    operator: implementation.operator,
    kinds: {
      [classKind]: (object, context) => {
        if ((object['spec'] as { controllerName: string }).controllerName === implementation.controllerName)
          writeStatus(context, object, [condition('Accepted', implementation.accepted)]);
        return undefined;
      },
      [gatewayKind]: (object, context) =>
        isOurs(context.client, object) ? program(object, context, implementation) : undefined,
      [routeKinds.HTTPRoute]: route,
      [routeKinds.GRPCRoute]: route,
    },
    follows: ['v1 Secret', 'v1 Service', classKind, gatewayKind, routeKinds.HTTPRoute, routeKinds.GRPCRoute],
  });
});

const condition = (type: string, message: string): NewCondition => ({ type, status: 'True', reason: type, message });

function program(
  gateway: StoredObject,
  context: ControllerContext,
  { scheduled, listener: fine, operator }: Implementation,
): undefined {
  const { client, clock } = context;
  const { listeners } = gatewaySpec(gateway);
  const known = (statusOf(gateway)['listeners'] ?? []) as {
    name: string;
    conditions: { type: string; status: string; lastTransitionTime: string }[];
  }[];
  const generation = gateway.metadata.generation ?? 1;
  const states = listeners.map(({ name, protocol, tls }) => {
    const missing = (tls?.certificateRefs ?? []).find(
      (reference) =>
        client.get('v1 Secret', reference.namespace ?? gateway.metadata.namespace, reference.name) === undefined,
    );
    const before = known.find((other) => other.name === name)?.conditions ?? [];
    const state = (type: string, isTrue: boolean, reason: string, message: string) => {
      const same = before.find((other) => other.type === type && other.status === (isTrue ? 'True' : 'False'));
      return {
        type,
        status: isTrue ? 'True' : 'False',
        reason,
        message,
        observedGeneration: generation,
        lastTransitionTime: same?.lastTransitionTime ?? clock.timestamp(),
      };
    };
    const unresolved = `Error while retrieving certificate: secret ${missing?.namespace ?? gateway.metadata.namespace}/${missing?.name} does not exist`;
    return {
      name,
      attachedRoutes: attachedRoutes(client, gateway, name),
      supportedKinds:
        protocol === 'TCP' || protocol === 'TLS'
          ? []
          : ['HTTPRoute', 'GRPCRoute'].map((kind) => ({ group: 'gateway.networking.k8s.io', kind })),
      conditions: [
        state('Accepted', true, 'Accepted', fine),
        missing === undefined
          ? state('ResolvedRefs', true, 'ResolvedRefs', fine)
          : state('ResolvedRefs', false, 'InvalidCertificateRef', unresolved),
        missing === undefined
          ? state('Programmed', true, 'Programmed', fine)
          : state('Programmed', false, 'Invalid', unresolved),
      ],
    };
  });
  const addresses = addressesOf(client, operator);
  writeStatus(context, gateway, [condition('Accepted', scheduled), condition('Programmed', scheduled)], {
    listeners: states,
    ...(addresses.length === 0 ? {} : { addresses }),
  });
  return undefined;
}

/** The addresses of the implementation's own Service. */
function addressesOf(client: Client, labels: Readonly<Record<string, string>>): object[] {
  return client
    .list('v1 Service', { labels })
    .flatMap(
      (service) =>
        (service['status'] as { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } } | undefined)
          ?.loadBalancer?.ingress ?? [],
    )
    .map(({ ip, hostname }) =>
      ip === undefined ? { type: 'Hostname', value: hostname } : { type: 'IPAddress', value: ip },
    );
}

function attachedRoutes(client: Client, gateway: StoredObject, listener: string): number {
  return Object.values(routeKinds)
    .flatMap((kind) => client.list(kind))
    .filter((route) =>
      (routeSpec(route).parentRefs ?? []).some(
        ({ name, namespace, sectionName }) =>
          name === gateway.metadata.name &&
          (namespace ?? route.metadata.namespace) === gateway.metadata.namespace &&
          (sectionName === undefined || sectionName === listener),
      ),
    ).length;
}

function attachRoute(
  route: StoredObject,
  context: ControllerContext,
  { controllerName }: Implementation,
  isOurs: (client: Client, gateway: StoredObject) => boolean,
): undefined {
  const { client, clock } = context;
  const { parentRefs = [], rules = [] } = routeSpec(route);
  const known = (statusOf(route)['parents'] ?? []) as {
    controllerName: string;
    parentRef: object;
    conditions: { type: string; status: string; lastTransitionTime: string }[];
  }[];
  const missing = rules
    .flatMap(({ backendRefs = [] }) => backendRefs)
    .find(
      ({ kind = 'Service', name, namespace }) =>
        kind === 'Service' && client.get('v1 Service', namespace ?? route.metadata.namespace, name) === undefined,
    );
  const parents = parentRefs.flatMap((parentRef) => {
    const gateway = client.get(gatewayKind, parentRef.namespace ?? route.metadata.namespace, parentRef.name);
    if (gateway === undefined || !isOurs(client, gateway)) return [];
    const before =
      known.find((other) => JSON.stringify(other.parentRef) === JSON.stringify(parentRef))?.conditions ?? [];
    const state = (type: string, isTrue: boolean, reason: string, message: string) => {
      const same = before.find((other) => other.type === type && other.status === (isTrue ? 'True' : 'False'));
      return {
        type,
        status: isTrue ? 'True' : 'False',
        reason,
        message,
        observedGeneration: route.metadata.generation ?? 1,
        lastTransitionTime: same?.lastTransitionTime ?? clock.timestamp(),
      };
    };
    const hasListener =
      parentRef.sectionName === undefined ||
      gatewaySpec(gateway).listeners.some(({ name }) => name === parentRef.sectionName);
    return [
      {
        parentRef,
        controllerName,
        conditions: [
          hasListener ? state('Accepted', true, 'Accepted', '') : state('Accepted', false, 'NoMatchingParent', ''),
          missing === undefined
            ? state('ResolvedRefs', true, 'ResolvedRefs', '')
            : state(
                'ResolvedRefs',
                false,
                'BackendNotFound',
                `Cannot load HTTPBackendRef ${missing.namespace ?? route.metadata.namespace}/${missing.name}/Service/core: service not found`,
              ),
        ],
      },
    ];
  });
  const others = known.filter((entry) => entry.controllerName !== controllerName);
  if (parents.length > 0 || known.length > others.length)
    writeStatus(context, route, [], { parents: [...others, ...parents] });
  return undefined;
}
