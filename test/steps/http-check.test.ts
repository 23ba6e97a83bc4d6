import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JsonValue } from '../../src/plan/plan.ts';
import { answer, bodyOf, closedPort, httpServer } from '../support/http-server.ts';
import { kindOf, stepIn, World } from '../support/world.ts';

interface Asked {
  outcome: unknown;
  waits: string[];
  said: string[];
}

/** Runs the requests as a step does; its outcome, or what it threw. */
async function ask(
  requests: JsonValue[],
  { signal = new AbortController().signal, waiting = (_blocker: string) => {}, isAfterChange = false } = {},
): Promise<Asked> {
  const world = new World();
  const full = requests.map((request) => ({ method: 'GET', expect: 200, redirects: 'follow', ...(request as object) }));
  const plan = world.plan([
    { id: 'http-check.page', kind: 'http-check', params: { requests: full, shows: 'the page', writes: false } },
  ]);
  const waits: string[] = [];
  const said: string[] = [];
  const context = world.context(stepIn(plan), plan, {
    signal,
    isAfterChange,
    waiting: (blocker) => (waits.push(blocker), waiting(blocker)),
    output: (lines) => said.push(...lines),
    progress: (message) => said.push(message),
  });
  const outcome: unknown = await kindOf('http-check')
    .run(stepIn(plan).params, context)
    .catch((error: unknown) => error);
  return { outcome, waits, said };
}

const failure = (code: string, cause: unknown) => ({ failure: { code, cause } });

describe('a check by HTTP', () => {
  it('passes when the answer is the expected one, and changes nothing', async () => {
    const { url } = await httpServer((_request, response) => answer(response, 200, '<h1>Todo list</h1>'));
    const { outcome, said, waits } = await ask([{ url: `${url}/`, contains: 'todo' }]);
    expect(outcome).toEqual({});
    expect(said).toEqual([`GET ${url}/`, `GET ${url}/: 200`]);
    expect(waits).toEqual([]);
  });

  it('names status and text that differ, with the beginning of the answer made safe', async () => {
    const { url } = await httpServer(({ url: path }, response) =>
      answer(response, path === '/gone' ? 404 : 200, `\u001b[31mother\u001b]0;x\u0007 page\n${'x'.repeat(500)}`),
    );
    expect((await ask([{ url: `${url}/gone` }])).outcome).toMatchObject({
      failure: {
        code: 'http-status',
        cause: `GET ${url}/gone answers 404, not 200`,
        evidence: [expect.stringMatching(/^other page x{100,}$/)],
      },
    });
    expect((await ask([{ url, contains: 'Todo' }])).outcome).toMatchObject(
      failure('http-content', `GET ${url} answers 200, but not with "Todo"`),
    );
  });

  it('waits for somebody to answer, and says for whom and why', async () => {
    const port = await closedPort();
    const url = `http://127.0.0.1:${port}/`;
    let server: ReturnType<typeof createServer> | undefined;
    const { outcome, waits } = await ask([{ url }], {
      waiting: () => {
        server ??= createServer((socket) =>
          socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
        ).listen(port, '127.0.0.1');
      },
    });
    onTestFinished(() => void server?.close());
    expect(outcome).toEqual({});
    expect(waits).toEqual([`${url}: connect ECONNREFUSED 127.0.0.1:${port}`]);
  });

  it('says why a name with two addresses does not answer', async () => {
    const port = await closedPort();
    const stop = new AbortController();
    const { waits } = await ask([{ url: `http://localhost:${port}/` }], {
      signal: stop.signal,
      waiting: () => stop.abort(new Error('stopped')),
    });
    expect(waits[0]).toMatch(/^http:\/\/localhost:\d+\/: .*ECONNREFUSED/);
  });

  it('waits while a proxy has nothing behind it, unless that is what is expected', async () => {
    let asked = 0;
    const { url } = await httpServer((_request, response) =>
      answer(response, (asked += 1) < 3 ? ([502, 503][asked - 1] ?? 200) : 200),
    );
    const { outcome, waits } = await ask([{ url }]);
    expect(outcome).toEqual({});
    expect(waits).toEqual([`${url} answers 502`, `${url} answers 503`]);
    const down = await httpServer((_request, response) => answer(response, 503));
    expect((await ask([{ url: down.url, expect: 503 }])).outcome).toEqual({});
  });

  it('waits while a proxy does not know the way yet, after a change alone', async () => {
    let missing = 2;
    const { url } = await httpServer((_request, response) => {
      missing -= 1;
      answer(response, missing >= 0 ? 404 : 200);
    });
    const { outcome, waits } = await ask([{ url }], { isAfterChange: true });
    expect(outcome).toEqual({});
    expect(waits).toEqual([`${url} answers 404`]);
    missing = 2;
    expect((await ask([{ url }])).outcome).toMatchObject(failure('http-status', `GET ${url} answers 404, not 200`));
  });

  it('ends when it is ended', async () => {
    const stop = new AbortController();
    const { outcome } = await ask([{ url: `http://127.0.0.1:${await closedPort()}` }], {
      signal: stop.signal,
      waiting: () => stop.abort(new Error('stopped')),
    });
    expect(outcome).toMatchObject({ message: expect.stringMatching(/stopped|aborted/) });
  });

  it('follows redirects, or shows them', async () => {
    const { url } = await httpServer(({ url: path }, response) => {
      if (path === '/') return answer(response, 200, 'home');
      response.setHeader('location', '/');
      answer(response, 302);
    });
    expect((await ask([{ url: `${url}/old`, contains: 'home' }])).outcome).toEqual({});
    expect((await ask([{ url: `${url}/old`, redirects: 'show', expect: 302 }])).outcome).toEqual({});
  });

  it('asks under another host name', async () => {
    const { url } = await httpServer((request, response) => answer(response, 200, `host ${request.headers.host}`));
    expect((await ask([{ url, host: 'todo.localhost', contains: 'host todo.localhost' }])).outcome).toEqual({});
  });
});

describe('requests one after the other', () => {
  it('use what earlier ones were answered, with its type', async () => {
    const seen: string[] = [];
    const { url } = await httpServer(async (request, response) => {
      seen.push(
        `${request.method} ${request.url} ${request.headers.authorization ?? '-'} ${request.headers['content-type'] ?? '-'} ${await bodyOf(request)}`,
      );
      answer(
        response,
        request.method === 'DELETE' ? 204 : 200,
        request.method === 'DELETE' ? '' : { id: 7, user: { 'a/b': 'tok~en' }, list: ['x'] },
      );
    });
    const { outcome } = await ask([
      {
        method: 'POST',
        url: `${url}/login`,
        json: { name: 'costs ${5}, {{7*7}} %s', list: [1, null, true] },
        capture: { id: '/id', token: '/user/a~1b', first: '/list/0' },
      },
      {
        method: 'PUT',
        url: `${url}/todos/\${captured.id}`,
        headers: { authorization: 'Bearer ${captured.token}' },
        json: { id: '${captured.id}', text: 'of ${captured.first}, $${kept}' },
      },
      { method: 'DELETE', url: `${url}/todos/\${captured.id}`, expect: 204 },
    ]);
    expect(outcome).toEqual({});
    expect(seen).toEqual([
      'POST /login - application/json {"name":"costs ${5}, {{7*7}} %s","list":[1,null,true]}',
      'PUT /todos/7 Bearer tok~en application/json {"id":7,"text":"of x, ${kept}"}',
      'DELETE /todos/7 - - ',
    ]);
  });

  it('stop at the first that is not answered as expected', async () => {
    const seen: string[] = [];
    const { url } = await httpServer((request, response) => (seen.push(request.url ?? ''), answer(response, 500)));
    expect((await ask([{ url: `${url}/a` }, { url: `${url}/b` }])).outcome).toMatchObject({
      failure: { code: 'http-status' },
    });
    expect(seen).toEqual(['/a']);
  });

  it('name what an answer does not hold', async () => {
    const { url } = await httpServer(({ url: path }, response) =>
      answer(response, 200, path === '/json' ? { a: null } : 'no json'),
    );
    const captured = (path: string, pointer: string) => ask([{ url: `${url}${path}`, capture: { id: pointer } }]);
    expect((await captured('/text', '/id')).outcome).toMatchObject(
      failure('http-content', 'The answer is not JSON, /id cannot be read from it'),
    );
    expect((await captured('/json', '/id')).outcome).toMatchObject(failure('http-content', 'The answer has no /id'));
    expect((await captured('/json', '/a/b')).outcome).toMatchObject(failure('http-content', 'The answer has no /a/b'));
  });
});

describe('a check that writes', () => {
  it('is made only after a change', async () => {
    const check = (writes: boolean, isAfterChange: boolean) =>
      kindOf('http-check').check({ requests: [], shows: '', writes }, { isAfterChange } as never);
    expect(await check(true, false)).toEqual({ found: 'done' });
    expect(await check(true, true)).toMatchObject({ found: 'todo' });
    expect(await check(false, false)).toMatchObject({ found: 'todo' });
  });
});

it('a server that says nothing for a while is not waited for ever', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const stop = new AbortController();
  const { port } = silent.address() as { port: number };
  const asked = ask([{ url: `http://127.0.0.1:${port}` }], { signal: stop.signal });
  await once(silent, 'connection');
  stop.abort(new Error('time is up'));
  expect((await asked).outcome).toMatchObject({ message: 'time is up' });
});
