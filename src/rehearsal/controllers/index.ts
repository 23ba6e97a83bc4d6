import type { Registry } from '../api/registry.ts';
import type { Resource } from '../api/resource.ts';
import type { StoredObject } from '../objects.ts';
import type { Reader } from './client.ts';
import type { Component } from './component-client.ts';
import type { Controller } from './controller.ts';
import { operatorControllers, type CustomControllerOptions } from './custom/index.ts';
import { cronJobController } from './jobs/cron-job.ts';
import { jobController } from './jobs/job.ts';
import { ttlAfterFinishedController } from './jobs/ttl-after-finished.ts';
import { customResourceDefinitionController } from './lifecycle/custom-resource-definitions.ts';
import { eventExpiry } from './lifecycle/event-expiry.ts';
import { garbageCollector } from './lifecycle/garbage-collector.ts';
import { rootCaPublisher, serviceAccountController } from './lifecycle/namespace-contents.ts';
import { namespaceController } from './lifecycle/namespace.ts';
import { resourceQuotaController } from './lifecycle/resource-quota.ts';
import { endpointSliceController } from './network/endpoint-slices.ts';
import { endpointsController } from './network/endpoints.ts';
import { ingressAddresses } from './network/ingress-addresses.ts';
import { loadBalancerController, type LoadBalancing } from './network/load-balancer.ts';
import { nodeLifecycleController } from './nodes/node-lifecycle.ts';
import { podGarbageCollector } from './nodes/pod-garbage-collector.ts';
import { taintEvictionController } from './nodes/taint-eviction.ts';
import { podCidrController } from './nodes/pod-cidr.ts';
import { ttlController } from './nodes/ttl.ts';
import { horizontalPodAutoscalerController } from './scaling/horizontal-pod-autoscaler.ts';
import { podDisruptionBudgetController } from './scaling/pod-disruption-budget.ts';
import { ephemeralVolumeController } from './volumes/ephemeral-volumes.ts';
import { volumeExpandController } from './volumes/expansion.ts';
import { persistentVolumeBinder } from './volumes/persistent-volume-binder.ts';
import { claimProtectionController, volumeProtectionController } from './volumes/protection.ts';
import { provisionerNames, volumeProvisioner } from './volumes/provisioner.ts';
import { daemonSetController } from './workloads/daemon-set.ts';
import { deploymentController } from './workloads/deployment.ts';
import { replicaSetController, replicationController } from './workloads/replica-set.ts';
import { statefulSetController } from './workloads/stateful-set.ts';

/** What the controllers need besides the API. */
interface ControllerOptions {
  registry: Registry;
  /** The resources that a CustomResourceDefinition asks for, one for each served version. */
  customResource(definition: StoredObject): readonly Resource[];
  /** The status that a ResourceQuota has now. */
  quotaStatus(quota: StoredObject, reader: Reader): object;
  /** Writes `spec.finalizers` of a namespace through its `finalize` subresource; without it by a plain update. */
  finalizeNamespace?(namespace: StoredObject): void;
  /** PEM: what `kube-root-ca.crt` holds in every namespace. */
  rootCertificate: string;
  /** Takes an object out of the store whose lease has ended. */
  expire(object: StoredObject): void;
  loadBalancing: LoadBalancing;
  /** Claims for which no provisioner runs. */
  hasNoProvisioner?: (claim: StoredObject) => boolean;
  custom: CustomControllerOptions;
}

interface RunningController {
  controller: Controller;
  component: Component;
}

const managedBy = 'kube-controller-manager';

/** A controller of kube-controller-manager: its own service account, the manager's name, and how it signs its events. */
const managed = (controller: Controller, events = controller.name): RunningController => ({
  controller,
  component: {
    user: `system:serviceaccount:kube-system:${controller.name}`,
    fieldManager: managedBy,
    events: { component: events },
  },
});

const other = (controller: Controller, user: string, fieldManager: string, component: string): RunningController => ({
  controller,
  component: { user, fieldManager, events: { component } },
});

/** Every controller of a cluster, those of add-ons that may be installed included, with who it is. */
export function builtInControllers(options: ControllerOptions): RunningController[] {
  const { registry, rootCertificate, finalizeNamespace, customResource, quotaStatus } = options;
  return [
    other(
      customResourceDefinitionController({ registry, customResource }),
      'system:apiserver',
      'kube-apiserver',
      'kube-apiserver',
    ),
    managed(garbageCollector({ registry }), 'garbage-collector-controller'),
    managed(
      namespaceController({ registry, ...(finalizeNamespace === undefined ? {} : { finalize: finalizeNamespace }) }),
    ),
    managed(serviceAccountController()),
    managed(rootCaPublisher({ rootCertificate })),
    managed(deploymentController()),
    managed(replicaSetController()),
    managed(replicationController()),
    managed(statefulSetController()),
    managed(daemonSetController()),
    managed(jobController()),
    managed(cronJobController()),
    managed(ttlAfterFinishedController()),
    managed(endpointsController()),
    managed(endpointSliceController()),
    managed(persistentVolumeBinder(), 'persistentvolume-controller'),
    managed(claimProtectionController()),
    managed(volumeProtectionController()),
    managed(ephemeralVolumeController(), 'ephemeral_volume'),
    managed(volumeExpandController(), 'volume_expand'),
    managed(horizontalPodAutoscalerController()),
    managed(podDisruptionBudgetController(), 'controllermanager'),
    managed(resourceQuotaController({ registry, quotaStatus })),
    managed(nodeLifecycleController(), 'node-controller'),
    managed(taintEvictionController()),
    managed(podGarbageCollector()),
    managed(podCidrController()),
    managed(ttlController()),
    ...provisionerNames.map((name) =>
      other(
        volumeProvisioner(name, options.hasNoProvisioner),
        `system:serviceaccount:kube-system:${name.split('/')[1] ?? name}`,
        name.split('/')[1] ?? name,
        name,
      ),
    ),
    other(
      loadBalancerController(options.loadBalancing),
      'system:serviceaccount:kube-system:service-controller',
      managedBy,
      'service-controller',
    ),
    other(
      ingressAddresses(),
      'system:serviceaccount:ingress-nginx:ingress-nginx',
      'nginx-ingress-controller',
      'nginx-ingress-controller',
    ),
    other(eventExpiry(options.expire), 'system:apiserver', 'kube-apiserver', 'kube-apiserver'),
    ...operatorControllers(registry, options.custom).flatMap(({ user, fieldManager, controllers }) =>
      controllers.map((controller) => other(controller, user, fieldManager ?? controller.name, controller.name)),
    ),
  ];
}
