import type { Case, Fields } from '../kinds/case.ts';

/** Objects under which requests are judged, and the requests. */
export interface Scenario {
  name: string;
  /** Of the namespace in which everything happens. */
  labels?: Record<string, string>;
  /** What is there before, in the namespace or in the cluster. */
  objects: Fields[];
  cases: Case[];
}

export const object = (apiVersion: string, kind: string, name: string, fields: Fields): Fields => ({
  apiVersion,
  kind,
  metadata: { name },
  ...fields,
});

/** A pod that no node takes, of containers that only differ in their resources. */
export const podOf = (name: string, ...resources: Fields[]): Fields =>
  object('v1', 'Pod', name, {
    spec: {
      nodeSelector: { case: 'none' },
      containers: resources.map((each, index) => ({
        name: `c${index}`,
        image: 'registry.example/web:1',
        resources: each,
      })),
    },
  });
