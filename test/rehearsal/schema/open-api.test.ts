import { describe, expect, it } from 'vitest';
import { openApiV2, openApiV3Document, openApiV3Index } from '../../../src/rehearsal/api/open-api.ts';
import recorded from '../../../src/rehearsal/api/recorded/resources.json' with { type: 'json' };
import { apiVersionOf, type Resource } from '../../../src/rehearsal/api/resource.ts';
import { builtInShape } from '../../../src/rehearsal/api/types.ts';
import { customResources, type Definition } from '../../../src/rehearsal/schema/structural.ts';
import { gadget } from './gadget.ts';

const builtIn = recorded.groups.flatMap(({ group, versions }) =>
  versions.flatMap(({ version, resources }) =>
    resources.flatMap(
      ({ name, singular, kind, namespaced, verbs, shortNames, categories, subresources }): Resource[] => {
        const shape = builtInShape(apiVersionOf({ group, version }), kind);
        const storage = `${group}/${name}`;
        return shape === undefined
          ? []
          : [
              {
                group,
                version,
                kind,
                plural: name,
                singular,
                isNamespaced: namespaced,
                verbs,
                shortNames,
                categories,
                subresources,
                storage,
                shape,
              },
            ];
      },
    ),
  ),
);
const resources = [...builtIn, ...customResources(gadget as unknown as Definition)];

interface Document {
  paths: Record<string, { patch?: { parameters: { name: string }[]; requestBody?: unknown } }>;
  components?: { schemas: Record<string, Record<string, unknown>> };
}
const document = (group: string, version: string, full: boolean, from = resources) =>
  openApiV3Document(group, version, from, { full }) as unknown as Document;

describe('the index', () => {
  it('has each group and version, with an address that changes with a definition', () => {
    const { paths } = openApiV3Index(resources) as { paths: Record<string, { serverRelativeURL: string }> };
    expect(Object.keys(paths)).toContain('api/v1');
    expect(Object.keys(paths)).toContain('apis/rh-schema.example.org/v1');
    const changed = structuredClone(gadget) as unknown as Definition;
    delete changed.spec.versions[0]?.schema?.openAPIV3Schema?.properties?.['status'];
    const other = openApiV3Index([...builtIn, ...customResources(changed)]) as { paths: typeof paths };
    expect(other.paths['api/v1']).toEqual(paths['api/v1']);
    expect(other.paths['apis/rh-schema.example.org/v1']).not.toEqual(paths['apis/rh-schema.example.org/v1']);
  });
});

describe('a document', () => {
  it('is small, and says that fields are validated', () => {
    const small = document('apps', 'v1', false);
    expect(JSON.stringify(small).length).toBeLessThan(10_000);
    expect(small.components).toBeUndefined();
    const { patch } = small.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'] ?? {};
    expect(patch?.parameters.map(({ name }) => name)).toContain('fieldValidation');
    expect(patch?.requestBody).toBeUndefined();
  });

  it('has no reference that leads nowhere when it is full', () => {
    for (const path of new Set(resources.map(({ group, version }) => `${group} ${version}`))) {
      const [group = '', version = ''] = path.split(' ');
      const full = document(group, version, true);
      const names = Object.keys(full.components?.schemas ?? {});
      const wanted = [...JSON.stringify(full).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
      expect(names).toEqual(expect.arrayContaining([...new Set(wanted)]));
    }
  });

  it('has the schema of a custom kind as it was written', () => {
    const schema = document('rh-schema.example.org', 'v1', true).components?.schemas['org.example.rh-schema.v1.Gadget'];
    expect(schema).toMatchObject({
      properties: { spec: gadget.spec.versions[0]?.schema.openAPIV3Schema.properties.spec },
      'x-kubernetes-group-version-kind': [{ group: 'rh-schema.example.org', version: 'v1', kind: 'Gadget' }],
    });
  });

  it('is none where nothing is served', () => {
    expect(openApiV3Document('none', 'v1', resources, { full: false })).toBeUndefined();
  });
});

describe('version 2', () => {
  it('is protobuf with a type that Go can parse, or JSON', () => {
    const { contentType, body } = openApiV2('application/com.github.proto-openapi.spec.v2@v1.0+protobuf');
    expect(contentType).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    expect(Buffer.from(body).toString('latin1')).toContain('2.0');
    expect(JSON.parse(Buffer.from(openApiV2('application/json').body).toString())).toMatchObject({
      swagger: '2.0',
      paths: {},
    });
  });
});
