import type { KubernetesObject } from '../../src/kubernetes/objects.ts';
import type { CommandOptions } from '../../src/tools/shell/run.ts';
import type { FakeCluster } from './fake-cluster.ts';
import type { Reply } from './fake-run.ts';

export const fakeServer = 'https://127.0.0.1:6443';

/**
 * The program kubectl over a cluster in memory: the commands that this program runs, and their words where it reads them
 * (test/tools/kubectl/recorded: not-found-get, already-exists, delete-wrong-uid). Any other command fails the test.
 */
export function fakeKubectl(cluster: FakeCluster) {
  return (argv: readonly string[], { stdin = '' }: CommandOptions): Reply => {
    const words = argv.filter((word, index) => !word.startsWith('--request-timeout') && !isContext(argv, index));
    const [, command, ...rest] = words;
    switch (command) {
      case 'config':
        return { stdout: `${fakeServer}\nca\n` };
      case 'get':
        return rest[0] === '--raw' ? raw(cluster, rest[1] ?? '') : get(cluster, rest);
      case 'apply':
        return { stdout: printed(objectsIn(stdin).map((object) => cluster.apply(object))) };
      case 'create': {
        const [object] = objectsIn(stdin);
        const made = object === undefined ? undefined : cluster.create(object);
        return made === undefined
          ? failed(`Error from server (AlreadyExists): "${object?.metadata.name}" already exists`)
          : { stdout: printed([made]) };
      }
      case 'delete':
        return remove(cluster, rest[1] ?? '', JSON.parse(stdin) as { preconditions: { uid: string } });
      case 'wait':
        return {};
      default:
        throw new Error(`unexpected command: ${argv.join(' ')}`);
    }
  };
}

function isContext(argv: readonly string[], index: number): boolean {
  return argv[index] === '--context' || argv[index - 1] === '--context';
}

function raw(cluster: FakeCluster, path: string): Reply {
  const found = cluster.atPath(path);
  return found === undefined ? failed(notFound(path)) : { stdout: JSON.stringify(found) };
}

/** `get KIND NAME -n NAMESPACE -o json --ignore-not-found` */
function get(cluster: FakeCluster, [kind = '', name = '']: string[]): Reply {
  const wanted = (kind.split('.')[0] ?? '').toLowerCase();
  const found = cluster.all().find((object) => object.kind.toLowerCase() === wanted && object.metadata.name === name);
  return { stdout: found === undefined ? '' : JSON.stringify(found) };
}

function remove(cluster: FakeCluster, path: string, { preconditions }: { preconditions: { uid: string } }): Reply {
  const found = cluster.atPath(path) as KubernetesObject | undefined;
  if (found === undefined) return failed(notFound(path));
  if (found.metadata.uid !== preconditions.uid)
    return failed(
      `Error from server (Conflict): the UID in the precondition (${preconditions.uid}) does not match the UID in record (${found.metadata.uid}).`,
    );
  cluster.remove(found);
  return { stdout: '{"kind":"Status","status":"Success"}' };
}

function notFound(path: string): string {
  const [name, plural] = path.split('/').reverse();
  return `Error from server (NotFound): ${plural} "${name}" not found`;
}

function objectsIn(stdin: string): KubernetesObject[] {
  const given = JSON.parse(stdin) as KubernetesObject;
  return given.kind === 'List' ? (given['items'] as KubernetesObject[]) : [given];
}

function printed(objects: KubernetesObject[]): string {
  return JSON.stringify(objects.length === 1 ? objects[0] : { apiVersion: 'v1', kind: 'List', items: objects });
}

function failed(stderr: string): Reply {
  return { status: 1, stderr };
}
