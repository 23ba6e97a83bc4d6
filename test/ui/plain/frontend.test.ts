import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors/errors.ts';
import { exitCodes } from '../../../src/errors/exit-codes.ts';
import type { EngineEvent } from '../../../src/events/events.ts';
import type { FoundCluster } from '../../../src/providers/provider.ts';
import { createPlainFrontend, type PlainFrontendOptions } from '../../../src/ui/plain/frontend.ts';
import { planText } from '../../../src/ui/plain/plan-text.ts';
import type { LinePrompter } from '../../../src/ui/prompts/line-prompter.ts';
import { estimatesOf, planOf, readScenario, reportOf } from '../../support/scenario.ts';
import { ManualClock } from '../../support/virtual-terminal.ts';

const plan = planOf(readScenario('success'));
const [report, estimates] = [reportOf('success'), estimatesOf('success')];

function plain(options: Partial<PlainFrontendOptions> = {}) {
  const clock = new ManualClock(0);
  const out: string[] = [];
  const err: string[] = [];
  const frontend = createPlainFrontend({
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    colour: false,
    clock,
    ...options,
  });
  return { frontend, clock, out, err };
}

const waiting = (blocker: string): EngineEvent => ({
  type: 'step.waiting',
  step: 'database.postgres',
  blocker,
  since: '1970-01-01T00:00:00.000Z',
});

describe('what repeats', () => {
  test('a wait is said again when its blocker changes, and every 10 s, until it is over', () => {
    const { frontend, clock, out } = plain();
    frontend.emit({ type: 'run.planned', plan });
    frontend.emit(waiting('a volume'));
    frontend.emit(waiting('a volume'));
    clock.advance(15_000);
    frontend.emit(waiting('readiness'));
    clock.advance(21_000);
    frontend.emit({ type: 'step.finished', step: 'database.postgres', changed: true, duration: 36 });
    clock.advance(60_000);
    expect(out).toEqual([
      'wait    PostgreSQL 17: a volume\n',
      'wait    PostgreSQL 17: waiting: a volume, 10 s\n',
      'wait    PostgreSQL 17: readiness\n',
      'wait    PostgreSQL 17: waiting: readiness, 25 s\n',
      'wait    PostgreSQL 17: waiting: readiness, 35 s\n',
      'done    PostgreSQL 17 installed in 36 s\n',
    ]);
    expect(clock.timers).toBe(0);
  });

  test('progress is said once for each thing that is done, not for each per cent', () => {
    const { frontend, out } = plain();
    for (let done = 0; done < 50; done += 1) {
      frontend.emit({
        type: 'step.progressed',
        step: 'image.a',
        message: done < 30 ? 'pulling' : 'unpacking',
        done,
        total: 50,
      });
    }
    expect(out).toEqual(['run     image.a: [0/50] pulling\n', 'run     image.a: [30/50] unpacking\n']);
  });
});

test('output of programs is shown with --verbose alone', () => {
  const output: EngineEvent = { type: 'step.output', step: 'image.a', lines: ['one', 'two'] };
  const quiet = plain();
  quiet.frontend.emit(output);
  expect(quiet.out).toEqual([]);
  const { frontend, out } = plain({ verbose: true });
  frontend.emit(output);
  expect(out.join('')).toBe('output  image.a\n          one\n          two\n');
});

test('text from outside cannot steer the terminal', () => {
  const { frontend, out, err } = plain({ verbose: true });
  const evil = 'a\u001b[2Jb\u001b]0;title\u0007c\rd\u202ee\nf';
  frontend.emit({ type: 'step.progressed', step: evil, message: evil });
  frontend.emit({ type: 'step.output', step: 's', lines: [evil] });
  frontend.emit({ type: 'step.failed', step: 's', code: evil, cause: evil, evidence: [evil], remedy: [evil] });
  frontend.say({ level: 'error', text: evil, detail: [evil], next: [evil] });
  frontend.busy(evil);
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  for (const text of [...out, ...err]) expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});

test('messages: information on stdout, the rest on stderr with what to do next', () => {
  const { frontend, out, err } = plain();
  frontend.say({ level: 'info', text: 'saved' });
  frontend.say({ level: 'error', text: 'no Docker', detail: ['docker info: refused'], next: ['Start Docker.'] });
  expect(out).toEqual(['saved\n']);
  expect(err).toEqual(['error: no Docker\n  docker info: refused\n  next: Start Docker.\n']);
});

test('colour repeats what words say', () => {
  const { frontend, out } = plain({ colour: true });
  frontend.emit({ type: 'step.finished', step: 'a', changed: true, duration: 1 });
  expect(out).toEqual(['\u001b[32mdone  \u001b[39m  a configured in 1 s\n']);
});

describe('where nobody can answer', () => {
  const cluster: FoundCluster[] = [];
  const recipe = { name: 'todo', title: 'Todo list', description: '', parts: '', needs: '' };
  const request = { question: 'Go on?', detail: [], yes: 'y', no: 'n', isDefaultYes: true };

  test('every question is a user error with exit code 3', async () => {
    const { frontend } = plain();
    const asks = [
      frontend.chooseRecipe([recipe]),
      frontend.chooseCluster({ found: Promise.resolve(cluster), recipe, canGoBack: false }),
      frontend.confirm(request),
      frontend.prompter.ask({
        question: { id: 'a', ask: 'Which?', why: '', type: 'text' },
        choices: [],
        position: 1,
        total: 1,
        sofar: [],
        canGoBack: false,
      }),
    ];
    for (const asked of await Promise.allSettled(asks)) {
      expect(asked.status).toBe('rejected');
      const reason = (asked as PromiseRejectedResult).reason as UserError;
      expect(reason).toBeInstanceOf(UserError);
      expect(reason.exitCode).toBe(exitCodes.answerMissing);
      expect(reason.next).not.toEqual([]);
    }
  });

  test('a decision is to stop', async () => {
    const { frontend } = plain();
    const decision = {
      id: 'd',
      step: 's',
      question: 'What now?',
      options: [{ action: 'stop' as const, label: 'stop' }],
    };
    expect(await frontend.decide(decision, new AbortController().signal)).toEqual({ id: 'd', action: 'stop' });
  });
});

test('on a terminal the plan is shown and then asked about; with a fatal problem it cannot be started', async () => {
  const asked: boolean[] = [];
  const prompter = {
    choosePlanReply: (canStart: boolean) => {
      asked.push(canStart);
      return Promise.resolve({ reply: 'back' });
    },
  } as unknown as LinePrompter;
  const { frontend, out } = plain({ prompter });
  expect(await frontend.showPlan(plan, report, estimates)).toEqual({ reply: 'back' });
  const problem = {
    code: 'missing-secret-key',
    message: 'Secret backend-secrets has no key api-key',
    neededBy: 'templates/deployment.yaml:34',
    remedy: ['Give the answer "API key".'],
    answers: ['api-key'],
    isFatal: true,
  };
  await frontend.showPlan(plan, { proven: [], problems: [problem] }, estimates);
  expect(asked).toEqual([true, false]);
  expect(out[1]).toContain(
    [
      'Problems:',
      '  Secret backend-secrets has no key api-key [missing-secret-key]',
      '    needed by templates/deployment.yaml:34',
      '    depends on the answer api-key',
      '    do: Give the answer "API key".',
    ].join('\n'),
  );
});

test('the plan as text is the same for the same plan, and ends with a line break', () => {
  const text = planText(plan, report, estimates);
  expect(planText(structuredClone(plan), structuredClone(report), structuredClone(estimates))).toBe(text);
  expect(text).toMatch(/[^\n]\n$/);
});
