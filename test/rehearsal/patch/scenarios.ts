import { ageing, configMap, secret } from './scenarios/configuration.ts';
import { freeform, gadget } from './scenarios/custom.ts';
import { ingress, service } from './scenarios/networking.ts';
import { autoscaler, rescaled, scaled } from './scenarios/scaling.ts';
import type { Scenario } from './scenarios/step.ts';
import { created, deployment, pod } from './scenarios/workloads.ts';

export const scenarios: Scenario[] = [
  scaled,
  rescaled,
  deployment,
  created,
  configMap,
  ageing,
  service,
  pod,
  ingress,
  autoscaler,
  secret,
  gadget,
  freeform,
];
