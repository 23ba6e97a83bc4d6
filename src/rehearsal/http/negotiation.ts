/** What a client accepts as an answer: plain objects, or a view of them. */
export interface Accepted {
  as?: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | 'APIGroupDiscoveryList';
}

/**
 * Reads an Accept header (`application/json;as=Table;v=v1;g=meta.k8s.io,application/json`). Answers are JSON always; a
 * client that asks for protobuf lists JSON too. Undefined: nothing that this server speaks (406).
 */
export function acceptedOf(header: string | undefined): Accepted | undefined {
  if (header === undefined || header.trim() === '') return {};
  for (const entry of header.split(',')) {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const values = new Map(parameters.map((parameter) => splitOnce(parameter, '=')));
    if (!['application/json', 'application/*', '*/*'].includes(type)) continue;
    const as = values.get('as');
    if (as === undefined) return {};
    if (isKnown(as, values)) return { as };
  }
  return undefined;
}

function isKnown(as: string, values: Map<string, string>): as is NonNullable<Accepted['as']> {
  if (as === 'APIGroupDiscoveryList') return values.get('v') === 'v2' && values.get('g') === 'apidiscovery.k8s.io';
  return (
    ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'].includes(as) &&
    values.get('v') === 'v1' &&
    values.get('g') === 'meta.k8s.io'
  );
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
