import { describe, expect, it } from 'vitest';
import { parseHosting } from '../../../src/tools/kubectl/local-registry.ts';

describe('the ConfigMap local-registry-hosting', () => {
  // Kubernetes enhancement 1755, "Specification for the local registry hosting ConfigMap": its example.
  const example = `host: "localhost:5000"
hostFromContainerRuntime: "registry:5000"
hostFromClusterNetwork: "kind-registry:5000"
help: "https://kind.sigs.k8s.io/docs/user/local-registry/"
`;

  it('names the registry for this host and for the nodes', () => {
    expect(parseHosting(example)).toEqual({ host: 'localhost:5000', hostFromContainerRuntime: 'registry:5000' });
    expect(parseHosting('host: "localhost:5000"\n')).toEqual({
      host: 'localhost:5000',
      hostFromContainerRuntime: 'localhost:5000',
    });
  });

  it.each([undefined, '', 'help: "x"', '- a', 'host: 5', 'host: ['])('%s names none', (document) => {
    expect(parseHosting(document)).toBeUndefined();
  });
});
