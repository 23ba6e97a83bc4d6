import type { Case } from '../case.ts';
import { accessCases, autoscalingCases, clusterCases, configCases, storageCases } from './others.ts';
import { podCases } from './pods.ts';
import { serviceCases } from './services.ts';
import { workloadCases } from './workloads.ts';

/** By the file in which the answers are recorded. */
export const cases: Record<string, readonly Case[]> = {
  pods: podCases,
  workloads: workloadCases,
  services: serviceCases,
  config: configCases,
  storage: storageCases,
  autoscaling: autoscalingCases,
  access: accessCases,
  cluster: clusterCases,
};
