import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import dockerignore from '@balena/dockerignore';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

// A CommonJS package whose types claim an ES default export.
const createRules = dockerignore as unknown as typeof dockerignore.default;
const recipes = join(import.meta.dirname, '..', '..', '..', 'recipes');
const read = (path: string) => readFile(join(recipes, path), 'utf8');

/** Instructions of a Dockerfile with continued lines joined, comments left out. */
const instructions = (dockerfile: string) =>
  dockerfile
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');

describe.each(['todo/docker/backend.Dockerfile', 'todo/docker/frontend.Dockerfile', 'hello/docker/Dockerfile'])(
  '%s',
  (path) => {
    it('is understood by the builder that Docker has without buildx, and asks no registry for its syntax', async () => {
      const text = await read(path);
      expect(text).not.toMatch(/^#\s*syntax\s*=/im);
      for (const instruction of instructions(text)) {
        expect(instruction).not.toMatch(/^RUN\s+--|^(COPY|ADD)\s.*--(chmod|link|parents)\b|<<-?\s*["']?[A-Z]+/i);
      }
    });

    it('names its base images by a version', async () => {
      const text = await read(path);
      const bases = instructions(text).flatMap((line) => /^FROM (\S+)/.exec(line)?.[1] ?? []);
      expect(bases.length).toBeGreaterThan(0);
      for (const base of bases) expect(base).toMatch(/:\d/);
    });
  },
);

describe('the images of the todo application', () => {
  it.each([
    [
      'frontend',
      'COPY package.json package-lock.json ./',
      'RUN npm ci --no-audit --no-fund',
      ['node', 'server.js'],
      '3000',
    ],
    [
      'backend',
      'COPY requirements.txt ./',
      expect.stringMatching(/^RUN pip install .*--prefix=\/install -r requirements.txt$/),
      ['uvicorn', 'app.main:app', '--host', '0.0.0.0', '--port', '8000', '--timeout-graceful-shutdown', '10'],
      '8000',
    ],
  ])('%s: packages before source, uid 1001, and no loopback', async (part, manifest, install, command, port) => {
    const lines = instructions(await read(`todo/docker/${part}.Dockerfile`));
    const at = lines.indexOf(manifest);
    expect(at).toBeGreaterThan(0);
    expect(lines[at + 1]).toEqual(install);
    expect(lines.indexOf('COPY . .')).toBeGreaterThan(at + 1);
    expect(lines).toContain('USER 1001:1001');
    expect(lines).toContain(`EXPOSE ${port}`);
    expect(JSON.parse(lines.at(-1)?.replace('CMD ', '') ?? '')).toEqual(command);
    expect(lines.filter((line) => line.startsWith('HEALTHCHECK'))).toHaveLength(1);
    expect(lines.join('\n')).not.toContain('curl');
  });

  it('the final stage of the backend installs no Debian package', async () => {
    const lines = instructions(await read('todo/docker/backend.Dockerfile'));
    const last = lines.findLastIndex((line) => line.startsWith('FROM'));
    expect(lines.slice(last).join('\n')).not.toMatch(/apt-get|gcc|postgresql-client/);
  });

  it.each([
    [
      'frontend',
      ['app/page.tsx', 'package-lock.json', 'next.config.mjs'],
      ['node_modules/next/package.json', '.next/BUILD_ID', '.env.local', 'next-env.d.ts'],
    ],
    [
      'backend',
      ['app/main.py', 'requirements.txt'],
      ['app/__pycache__/main.cpython-313.pyc', '.venv/bin/python', '.env'],
    ],
  ])(
    '%s: the build context holds the source and nothing that machines make or people hide',
    async (part, wanted, unwanted) => {
      const rules = createRules().add(await read(`todo/sample/${part}/.dockerignore`));
      for (const file of wanted) expect(rules.ignores(file), file).toBe(false);
      for (const file of unwanted) expect(rules.ignores(file), file).toBe(true);
    },
  );
});

describe('the lock file of the front end', () => {
  interface Locked {
    version: string;
    resolved?: string;
    integrity?: string;
    optionalDependencies?: Record<string, string>;
  }

  it('says what, not from where, so that npm takes it from the registry that is set up', async () => {
    const { packages } = JSON.parse(await read('todo/sample/frontend/package-lock.json')) as {
      packages: Record<string, Locked>;
    };
    const locked = Object.entries(packages).filter(([path]) => path !== '');
    expect(locked.length).toBeGreaterThan(20);
    for (const [path, one] of locked) {
      expect(one, path).not.toHaveProperty('resolved');
      expect(one.integrity, path).toMatch(/^sha512-/);
    }
  });

  it('has the compiler for every platform, or `npm ci` fails on another one', async () => {
    const { packages } = JSON.parse(await read('todo/sample/frontend/package-lock.json')) as {
      packages: Record<string, Locked>;
    };
    const compilers = Object.keys(packages['node_modules/next']?.optionalDependencies ?? {}).filter((name) =>
      name.startsWith('@next/swc-'),
    );
    expect(compilers).toHaveLength(8);
    for (const name of compilers) expect(packages).toHaveProperty([`node_modules/${name}`]);
  });
});

describe('compose.yaml', () => {
  it('runs the same images with every variable of the design, in the order of their health', async () => {
    const compose = parse(await read('todo/compose.yaml')) as {
      services: Record<
        string,
        {
          image: string;
          environment: Record<string, string>;
          ports: string[];
          depends_on?: object;
          healthcheck?: object;
        }
      >;
    };
    const { postgres, backend, frontend } = compose.services;
    expect(compose).not.toHaveProperty('version');
    expect(compose).toHaveProperty('volumes.postgres_data');
    expect(postgres).toMatchObject({
      image: 'postgres:17',
      environment: { POSTGRES_DB: 'tododb', POSTGRES_USER: 'postgres', POSTGRES_PASSWORD: 'postgres' },
      healthcheck: { test: expect.arrayContaining(['pg_isready']) },
    });
    expect(backend).toMatchObject({ ports: ['8000:8000'], depends_on: { postgres: { condition: 'service_healthy' } } });
    expect(frontend).toMatchObject({ ports: ['3000:3000'], depends_on: { backend: { condition: 'service_healthy' } } });
    expect(backend?.environment['DATABASE_URL']).toBe(
      '${DATABASE_URL:-postgresql+asyncpg://postgres:postgres@postgres:5432/tododb}',
    );

    const variables = async (chart: string) =>
      Object.keys((parse(await read(`todo/chart/${chart}/values.yaml`)) as { env: object }).env);
    const secrets = ['DATABASE_URL', 'JWT_SECRET_KEY', 'GROQ_API_KEY', 'GEMINI_API_KEY', 'OPENAI_API_KEY'];
    expect(Object.keys(backend?.environment ?? {}).toSorted()).toEqual(
      [...secrets, ...(await variables('backend'))].toSorted(),
    );
    expect(Object.keys(frontend?.environment ?? {}).toSorted()).toEqual(
      ['API_URL', 'BETTER_AUTH_SECRET', ...(await variables('frontend'))].toSorted(),
    );
  });
});

describe('the GitHub Actions workflow', () => {
  it('pins every action to a version, and gives every job a time limit', async () => {
    const workflow = parse(await read('todo/ci/github-actions.yaml')) as {
      jobs: Record<string, { steps: { uses?: string }[]; 'timeout-minutes'?: number }>;
    };
    expect(Object.keys(workflow.jobs)).toEqual(['test', 'publish', 'deploy']);
    for (const job of Object.values(workflow.jobs)) {
      expect(job['timeout-minutes']).toBeGreaterThan(0);
      for (const { uses } of job.steps) if (uses !== undefined) expect(uses).toMatch(/@v\d+\.\d+\.\d+$/);
    }
  });
});
