import { describe, expect, it } from 'vitest';
import { fullImageName, hasImageNamed, inRegistry, parseImageName } from '../../../src/tools/registry/image-name.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('names of images', () => {
  it.each([
    ['postgres', 'docker.io', 'library/postgres', 'latest'],
    ['postgres:17', 'docker.io', 'library/postgres', '17'],
    ['acme/shop:1', 'docker.io', 'acme/shop', '1'],
    ['docker.io/library/postgres:17', 'docker.io', 'library/postgres', '17'],
    ['docker.io/postgres:17', 'docker.io', 'library/postgres', '17'],
    ['index.docker.io/acme/shop', 'docker.io', 'acme/shop', 'latest'],
    ['ghcr.io/acme/team/shop:1.2', 'ghcr.io', 'acme/team/shop', '1.2'],
    ['localhost/shop', 'localhost', 'shop', 'latest'],
    ['localhost:5000/shop:1', 'localhost:5000', 'shop', '1'],
    ['registry:5000/shop', 'registry:5000', 'shop', 'latest'],
    [`quay.io/a/b@${digest}`, 'quay.io', 'a/b', digest],
    [`quay.io/a/b:1@${digest}`, 'quay.io', 'a/b', digest],
    [`redis@${digest}`, 'docker.io', 'library/redis', digest],
  ])('%s', (image, registry, repository, reference) =>
    expect(parseImageName(image)).toEqual({ registry, repository, reference }),
  );

  it('are the same in short and in full', () => {
    expect(fullImageName('todo-backend:1')).toBe('docker.io/library/todo-backend:1');
    expect(hasImageNamed(['docker.io/library/todo-backend:1'], 'todo-backend:1')).toBe(true);
    expect(hasImageNamed(['docker.io/library/todo-backend:2'], 'todo-backend:1')).toBe(false);
    expect(hasImageNamed(['localhost:5000/todo-backend:1'], 'todo-backend:1')).toBe(false);
  });

  it('get their registry once', () => {
    expect(inRegistry('localhost:5000', 'app:1')).toBe('localhost:5000/app:1');
    expect(inRegistry('localhost:5000', 'localhost:5000/app:1')).toBe('localhost:5000/app:1');
  });
});
