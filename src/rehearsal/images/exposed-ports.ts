import { DockerfileError } from './dockerfile-error.ts';

/** TCP ports of EXPOSE: `8000`, `8000/tcp`, `8000-8002`; `DockerfileError` in BuildKit's words. */
export function exposedPorts(specs: readonly string[]): number[] {
  return specs.flatMap((spec) => {
    const [range = '', protocol = ''] = (spec.split(':').at(-1) ?? '').split('/');
    if (range === '') throw invalid(spec, 'no port specified');
    if (!['', 'tcp', 'udp', 'sctp'].includes(protocol.toLowerCase())) throw invalid(spec, `invalid proto: ${protocol}`);
    const [from = '', to = from, ...more] = range.split('-');
    const [first, last] = [Number(from), Number(to)];
    const isValid = [from, to].every((port) => /^\d+$/.test(port) && Number(port) <= 65_535) && more.length === 0;
    if (!isValid || last < first) throw new DockerfileError(`invalid containerPort: ${range}`, { word: spec });
    if (protocol !== '' && protocol.toLowerCase() !== 'tcp') return [];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

function invalid(spec: string, why: string): DockerfileError {
  return new DockerfileError(`invalid port: ${JSON.stringify(spec)}: ${why}`, { word: spec });
}
