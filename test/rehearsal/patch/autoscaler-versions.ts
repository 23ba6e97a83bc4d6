import { builtInShape } from '../../../src/rehearsal/api/types.ts';
import type { JsonObject } from '../../../src/rehearsal/objects.ts';
import type { VersionConversion } from '../../../src/rehearsal/patch/field-owners.ts';

interface Metric {
  type: string;
  resource?: { name: string; target: { type: string; averageUtilization?: number } };
}

/** Between autoscaling/v1 and v2, as far as the recorded objects go: one metric, the utilization of the processor. */
export const autoscalerVersions: VersionConversion = (object, apiVersion) => {
  const shape = builtInShape(apiVersion, 'HorizontalPodAutoscaler');
  if (shape === undefined) return undefined;
  if (object['apiVersion'] === apiVersion) return { object, shape };
  const spec = (object['spec'] ?? {}) as JsonObject;
  return {
    object: { ...object, apiVersion, spec: apiVersion === 'autoscaling/v1' ? older(spec) : newer(spec) },
    shape,
  };
};

function older({ metrics, ...spec }: JsonObject): JsonObject {
  const [metric] = (metrics ?? []) as unknown as Metric[];
  const utilization = metric?.resource?.target.averageUtilization;
  return utilization === undefined ? spec : { ...spec, targetCPUUtilizationPercentage: utilization };
}

function newer({ targetCPUUtilizationPercentage: utilization, ...spec }: JsonObject): JsonObject {
  if (utilization === undefined) return spec;
  const target = { type: 'Utilization', averageUtilization: utilization };
  return { ...spec, metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] };
}
