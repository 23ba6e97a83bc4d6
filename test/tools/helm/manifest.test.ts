import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ToolError } from '../../../src/errors/errors.ts';
import { parseManifest } from '../../../src/tools/helm/manifest.ts';
import { kubernetesTools } from '../../support/kubernetes-tools.ts';
import { realRun } from '../../support/real-run.ts';

describe('a rendered manifest', () => {
  it('is objects in order, each with the template that it is from', () => {
    const text = `---
# Source: shop/templates/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: web
---
# Source: shop/templates/empty.yaml
# only a comment
---
# Source: shop/charts/db/templates/both.yaml
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}
`;
    expect(parseManifest(text).map(({ object, source }) => [object.kind, object.metadata.name, source])).toEqual([
      ['Service', 'web', 'shop/templates/service.yaml'],
      ['ConfigMap', 'a', 'shop/charts/db/templates/both.yaml'],
      ['ConfigMap', 'b', 'shop/charts/db/templates/both.yaml'],
    ]);
  });

  it('keeps a line of hyphens that belongs to a value', () => {
    const [rendered] = parseManifest(
      'kind: ConfigMap\ndata:\n  text: |\n    ---\n    # Source: not/this.yaml\n    x\n',
    );
    expect(rendered?.object['data']).toEqual({ text: '---\n# Source: not/this.yaml\nx\n' });
  });

  it('names the template that is no YAML', () => {
    const failure = (() => {
      try {
        return parseManifest('# Source: shop/templates/a.yaml\nkind: [\n');
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(ToolError);
    expect(failure).toMatchObject({
      code: 'chart-yaml-invalid',
      message: expect.stringContaining('shop/templates/a.yaml') as string,
    });
  });
});

// What YAML 1.1, YAML 1.2, go-yaml and JavaScript see differently.
const scalars = [
  ['yes', 'no', 'on', 'off', 'y', 'n', 'Yes', 'NO', 'true', 'False', 'TRUE', '~', 'null', 'Null', '', '=', 'v1'],
  ['0400', '0', '00', '0x1F', '0b11', '1_000', '1e3', '1E3', '.5', '1.', '+1', '-7', '12345678901', '1.10', '08'],
  ['1:30', '12:30:45', '2001-12-14', '2001-12-14T21:59:43Z', '"yes"', "'0400'", 'a b', '1Gi', '100m', '30001'],
  ['{a: on}', '[0o7, no]'],
].flat();

describe('YAML is read as Kubernetes reads it', () => {
  let chart: string;
  beforeAll(async () => {
    chart = await mkdtemp(join(tmpdir(), 'scalars-'));
    await mkdir(join(chart, 'templates'));
    await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: scalars\nversion: 0.1.0\n');
    const lines = scalars.map((scalar, index) => `k${index}: ${scalar}`);
    await writeFile(join(chart, 'scalars.yaml'), `${lines.join('\n')}\n`);
    // fromYaml is sigs.k8s.io/yaml, the parser of kubectl, helm and the API server.
    await writeFile(
      join(chart, 'templates', 'a.yaml'),
      'raw: {{ .Files.Get "scalars.yaml" | toJson }}\nread: {{ .Files.Get "scalars.yaml" | fromYaml | toJson | toJson }}\n',
    );
  });
  afterAll(() => rm(chart, { recursive: true }));

  it('scalar by scalar', async () => {
    const { helm } = await kubernetesTools();
    const { stdout } = await realRun()([helm, 'template', 'scalars', chart]);
    const [{ raw, read }] = parseManifest(stdout).map(({ object }) => object) as unknown as [
      { raw: string; read: string },
    ];
    expect(parseManifest(raw)[0]?.object).toEqual(JSON.parse(read));
  });
});
