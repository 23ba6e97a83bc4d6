import { type Fields, present } from './sharing.ts';

type Values = { value?: unknown; averageValue?: unknown; averageUtilization?: unknown };

interface Source extends Fields {
  name?: string;
  container?: string;
  metric?: { name?: string; selector?: unknown };
  describedObject?: unknown;
  target?: Values;
  current?: Values;
}

const sourceField: Record<string, string> = {
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
  External: 'external',
  ContainerResource: 'containerResource',
};

const sourceOf = (metric: Fields) => {
  const field = sourceField[String(metric['type'])] ?? '';
  return { field, source: (metric[field] ?? {}) as Source };
};

export function metricToVersion1(metric: Fields): Fields {
  const { field, source } = sourceOf(metric);
  const { metric: id, target = {}, describedObject, name, container } = source;
  const byField: Record<string, Fields> = {
    resource: { name, targetAverageUtilization: target.averageUtilization, targetAverageValue: target.averageValue },
    containerResource: {
      name,
      targetAverageUtilization: target.averageUtilization,
      targetAverageValue: target.averageValue,
      container,
    },
    pods: { metricName: id?.name, targetAverageValue: target.averageValue, selector: id?.selector },
    object: {
      target: describedObject,
      metricName: id?.name,
      targetValue: target.value ?? '0',
      selector: id?.selector,
      averageValue: target.averageValue,
    },
    external: {
      metricName: id?.name,
      metricSelector: id?.selector,
      targetValue: target.value,
      targetAverageValue: target.averageValue,
    },
  };
  return { type: metric['type'], [field]: present(byField[field] ?? {}) };
}

export function metricToVersion2(metric: Fields): Fields {
  const { field, source } = sourceOf(metric);
  const { targetAverageUtilization: utilization, targetAverageValue: average, targetValue: value } = source;
  const id = present({ name: source['metricName'], selector: source['selector'] ?? source['metricSelector'] });
  const byUtilization = {
    type: utilization === undefined ? 'AverageValue' : 'Utilization',
    averageValue: average,
    averageUtilization: utilization,
  };
  const byField: Record<string, Fields> = {
    resource: { name: source.name, target: present(byUtilization) },
    containerResource: { name: source.name, container: source.container, target: present(byUtilization) },
    pods: { metric: id, target: present({ type: 'AverageValue', averageValue: average }) },
    object: {
      describedObject: source['target'],
      metric: id,
      target: present({
        type: source['averageValue'] === undefined ? 'Value' : 'AverageValue',
        value,
        averageValue: source['averageValue'],
      }),
    },
    external: {
      metric: id,
      target: present({ type: value === undefined ? 'AverageValue' : 'Value', value, averageValue: average }),
    },
  };
  return { type: metric['type'], [field]: present(byField[field] ?? {}) };
}

export function statusToVersion1(metric: Fields): Fields {
  const { field, source } = sourceOf(metric);
  const { metric: id, current = {}, describedObject, name, container } = source;
  const byField: Record<string, Fields> = {
    resource: {
      name,
      currentAverageUtilization: current.averageUtilization,
      currentAverageValue: current.averageValue ?? '0',
    },
    containerResource: {
      name,
      currentAverageUtilization: current.averageUtilization,
      currentAverageValue: current.averageValue ?? '0',
      container,
    },
    pods: { metricName: id?.name, currentAverageValue: current.averageValue ?? '0', selector: id?.selector },
    object: {
      target: describedObject,
      metricName: id?.name,
      currentValue: current.value ?? '0',
      selector: id?.selector,
      averageValue: current.averageValue,
    },
    external: {
      metricName: id?.name,
      metricSelector: id?.selector,
      currentValue: current.value ?? '0',
      currentAverageValue: current.averageValue,
    },
  };
  const own = byField[field];
  return { type: metric['type'], ...(own === undefined ? {} : { [field]: present(own) }) };
}

export function statusToVersion2(metric: Fields): Fields {
  const { field, source } = sourceOf(metric);
  const id = present({ name: source['metricName'], selector: source['selector'] ?? source['metricSelector'] });
  const average = source['currentAverageValue'] ?? source['averageValue'];
  const value = source['currentValue'];
  const current = present({ value, averageValue: average, averageUtilization: source['currentAverageUtilization'] });
  const isResource = field === 'resource' || field === 'containerResource';
  return {
    type: metric['type'],
    [field]: present(
      isResource
        ? { name: source.name, container: source.container, current }
        : { metric: id, describedObject: source['target'], current },
    ),
  };
}
