/** A definition that uses all that a schema can say; the custom objects of `custom-cases.ts` are of its kind. */
export const gadget = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.rh-schema.example.org' },
  spec: {
    group: 'rh-schema.example.org',
    names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', shortNames: ['gg'], categories: ['all'] },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            'x-kubernetes-validations': [
              { rule: "self.metadata.name != 'forbidden'", message: 'that name is taken by nobody' },
            ],
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'integer', minimum: 1, maximum: 10, multipleOf: 2 },
                  ratio: {
                    type: 'number',
                    minimum: 0,
                    exclusiveMinimum: true,
                    maximum: 1.5,
                    exclusiveMaximum: true,
                    multipleOf: 0.25,
                  },
                  replicas: { type: 'integer', format: 'int32', default: 1 },
                  name: { type: 'string', minLength: 2, maxLength: 5, pattern: '^[a-z]+$' },
                  color: { type: 'string', enum: ['red', 'green'], default: 'red' },
                  level: { type: 'integer', enum: [1, 2] },
                  flag: { type: 'boolean' },
                  maybe: { type: 'string', nullable: true },
                  given: { type: 'string', default: 'x', nullable: true },
                  when: { type: 'string', format: 'date-time' },
                  day: { type: 'string', format: 'date' },
                  link: { type: 'string', format: 'uri' },
                  mail: { type: 'string', format: 'email' },
                  host: { type: 'string', format: 'hostname' },
                  four: { type: 'string', format: 'ipv4' },
                  six: { type: 'string', format: 'ipv6' },
                  cidr: { type: 'string', format: 'cidr' },
                  id: { type: 'string', format: 'uuid' },
                  mac: { type: 'string', format: 'mac' },
                  bytes: { type: 'string', format: 'byte' },
                  span: { type: 'string', format: 'duration' },
                  odd: { type: 'string', format: 'unheard-of' },
                  port: { 'x-kubernetes-int-or-string': true },
                  many: {
                    'x-kubernetes-int-or-string': true,
                    anyOf: [{ type: 'integer' }, { type: 'string' }],
                    pattern: '^\\d+%?$',
                  },
                  tags: { type: 'array', 'x-kubernetes-list-type': 'set', maxItems: 3, items: { type: 'string' } },
                  items: {
                    type: 'array',
                    minItems: 1,
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['key', 'kind'],
                    items: {
                      type: 'object',
                      required: ['key'],
                      properties: {
                        key: { type: 'string' },
                        kind: { type: 'string', default: 'plain' },
                        value: { type: 'integer' },
                      },
                    },
                  },
                  labels: {
                    type: 'object',
                    minProperties: 1,
                    maxProperties: 2,
                    additionalProperties: { type: 'string', maxLength: 3 },
                  },
                  atomic: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: { type: 'string' } } },
                  free: {
                    type: 'object',
                    'x-kubernetes-preserve-unknown-fields': true,
                    properties: { n: { type: 'integer' } },
                  },
                  embedded: {
                    type: 'object',
                    'x-kubernetes-embedded-resource': true,
                    'x-kubernetes-preserve-unknown-fields': true,
                  },
                  deep: {
                    type: 'object',
                    default: {},
                    properties: {
                      mode: { type: 'string', default: 'auto' },
                      more: { type: 'object', properties: { x: { type: 'integer', default: 3 } } },
                    },
                  },
                  one: {
                    type: 'object',
                    properties: { a: { type: 'string' }, b: { type: 'string' } },
                    oneOf: [{ required: ['a'] }, { required: ['b'] }],
                  },
                  any: {
                    type: 'object',
                    properties: { a: { type: 'integer' }, b: { type: 'integer' } },
                    anyOf: [{ required: ['a'], properties: { a: { minimum: 5 } } }, { required: ['b'] }],
                  },
                  all: { type: 'integer', allOf: [{ minimum: 3 }, { maximum: 7 }] },
                  none: { type: 'string', not: { pattern: '^x' } },
                  range: {
                    type: 'object',
                    properties: { from: { type: 'integer' }, to: { type: 'integer' }, fixed: { type: 'string' } },
                    'x-kubernetes-validations': [
                      {
                        rule: '!has(self.from) || !has(self.to) || self.from <= self.to',
                        message: 'from must not be after to',
                      },
                      {
                        rule: '!has(self.to) || self.to < 100',
                        messageExpression: "'to is ' + (self.to > 1000 ? 'far' : 'just') + ' too much'",
                        fieldPath: '.to',
                        reason: 'FieldValueForbidden',
                      },
                      { rule: "!has(self.fixed) || self.fixed.startsWith('f')" },
                    ],
                  },
                  'with-dash': {
                    type: 'object',
                    properties: { 'a-b': { type: 'integer' }, namespace: { type: 'string' } },
                    'x-kubernetes-validations': [
                      { rule: '!has(self.a__dash__b) || self.a__dash__b > 0' },
                      {
                        rule: "!has(self.__namespace__) || self.__namespace__.matches('^[a-z]+$')",
                        message: 'lower case',
                      },
                    ],
                  },
                  locked: {
                    type: 'string',
                    'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'is immutable' }],
                  },
                  words: {
                    type: 'array',
                    maxItems: 10,
                    items: {
                      type: 'string',
                      maxLength: 20,
                      'x-kubernetes-validations': [{ rule: 'self.size() > 1', message: 'too short' }],
                    },
                    'x-kubernetes-validations': [
                      { rule: "self.all(word, word != 'bad') && self.exists_one(word, word == 'good')" },
                    ],
                  },
                  amount: {
                    'x-kubernetes-int-or-string': true,
                    'x-kubernetes-validations': [{ rule: 'type(self) == int ? self < 10 : self == "lots"' }],
                  },
                  dict: {
                    type: 'object',
                    maxProperties: 5,
                    additionalProperties: { type: 'integer' },
                    'x-kubernetes-validations': [
                      { rule: 'self.all(key, self[key] > 0)', message: 'values must be positive' },
                    ],
                  },
                },
              },
              status: {
                type: 'object',
                properties: {
                  replicas: { type: 'integer' },
                  selector: { type: 'string' },
                  phase: { type: 'string', enum: ['On', 'Off'] },
                },
              },
            },
          },
        },
      },
    ],
  },
};
