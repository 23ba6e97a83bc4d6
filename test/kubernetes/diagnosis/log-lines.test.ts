import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clean, excerpt } from '../../../src/kubernetes/diagnosis/log-lines.ts';

test.each([
  [
    'connecting to postgresql://todo:hunter2@postgres:5432/todo',
    'connecting to postgresql://todo:‹hidden›@postgres:5432/todo',
  ],
  ['redis://:hunter2@redis:6379', 'redis://:‹hidden›@redis:6379'],
  ['password=hunter2 host=db', 'password=‹hidden› host=db'],
  ["token: 'hunter2'", 'token: ‹hidden›'],
  ['Authorization: Bearer hunter2', 'Authorization: Bearer ‹hidden›'],
  ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'jwt ‹hidden›'],
  ['-----BEGIN PRIVATE KEY-----MIIE', '‹hidden›'],
  ['FATAL: password authentication failed for user "todo"', 'FATAL: password authentication failed for user "todo"'],
  ['sh: /etc/passwd: Permission denied', 'sh: /etc/passwd: Permission denied'],
  ['\u001b[31mred\u001b[0m', 'red'],
])('%j', (text, shown) => {
  expect(clean(text)).toBe(shown);
});

test('the password of a URL is never shown, whatever it is', () => {
  const password = fc.stringMatching(/^[A-Za-z0-9%._~!$&'()*+,;=-]{8,30}$/);
  fc.assert(
    fc.property(password, (secret) => {
      expect(clean(`error: postgresql://todo:${secret}@db:5432/todo refused`)).not.toContain(secret);
    }),
  );
});

test('an excerpt prefers lines that sound like a reason, from the end, and stays in order', () => {
  const lines = [
    'starting',
    'error: first',
    'working',
    'error: second',
    'bye',
    'fatal: third',
    'error: fourth',
    'ended',
  ];
  expect(excerpt(lines)).toEqual(['log: error: second', 'log: fatal: third', 'log: error: fourth']);
  expect(excerpt(['one', 'two', '', 'three', 'four'])).toEqual(['log: two', 'log: three', 'log: four']);
  expect(excerpt([])).toEqual([]);
});
