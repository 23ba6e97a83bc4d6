import type { Shape } from '../../../src/rehearsal/api/shape.ts';
import { group } from './scenarios/step.ts';

const condition = {
  type: 'object',
  required: ['type'],
  properties: { type: { type: 'string' }, status: { type: 'string' } },
};

/** A schema with every way to merge. */
const gadgetSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            required: ['port'],
            properties: {
              port: { type: 'integer' },
              protocol: { type: 'string', default: 'TCP' },
              note: { type: 'string' },
            },
          },
        },
        plain: {
          type: 'array',
          items: { type: 'object', properties: { a: { type: 'integer' }, z: { type: 'integer' } } },
        },
        whole: {
          type: 'object',
          'x-kubernetes-map-type': 'atomic',
          properties: { a: { type: 'integer' }, b: { type: 'integer' } },
        },
        nested: {
          type: 'object',
          properties: { deep: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        mixed: { 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
    status: {
      type: 'object',
      properties: {
        phase: { type: 'string' },
        conditions: {
          type: 'array',
          items: condition,
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
        },
      },
    },
  },
};

const definition = (kind: string, plural: string, schema: object, hasStatus: boolean) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schema },
        ...(hasStatus ? { subresources: { status: {} } } : {}),
      },
    ],
  },
});

export const definitions = [
  definition('Gadget', 'gadgets', gadgetSchema, true),
  definition('Freeform', 'freeforms', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, false),
];

const text: Shape = { type: 'string' };
const number: Shape = { type: 'integer' };
const object = (fields: Record<string, Shape>, more: Partial<Shape> = {}): Shape => ({
  type: 'object',
  fields,
  ...more,
});
const common = { apiVersion: text, kind: text, metadata: { type: 'object', ref: 'meta.v1.ObjectMeta' } as Shape };

/** The shapes of both definitions. */
export const customShapes: Record<string, Shape> = {
  Gadget: object({
    ...common,
    spec: object({
      size: number,
      tags: { type: 'list', listType: 'set', items: text },
      ports: {
        type: 'list',
        listType: 'map',
        keys: ['port', 'protocol'],
        items: object({ port: number, protocol: { type: 'string', default: 'TCP' }, note: text }),
      },
      plain: { type: 'list', listType: 'atomic', items: object({ a: number, z: number }) },
      whole: object({ a: number, b: number }, { atomic: true }),
      nested: object({ deep: object({}, { keepsUnknown: true }) }),
      labels: { type: 'map', values: text },
      mixed: { type: 'any', keepsUnknown: true },
    }),
    status: object({
      phase: text,
      conditions: { type: 'list', listType: 'map', keys: ['type'], items: object({ type: text, status: text }) },
    }),
  }),
  Freeform: object(common, { keepsUnknown: true }),
};
