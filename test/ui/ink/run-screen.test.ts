import { describe, expect, test } from 'vitest';
import { keys } from '../../support/terminal.ts';
import { readScenario } from '../../support/scenario.ts';
import { openInk } from './open-ink.ts';

describe('a run', () => {
  async function running() {
    const recorded = readScenario('success');
    const all = openInk();
    const { frontend, terminal, clock } = all;
    const interrupted = new Promise<void>((resolve) => frontend.onInterrupt(resolve));
    const middle = recorded.findIndex(({ at }) => at > (recorded[0]?.at ?? 0) + 20_450);
    for (const { at, event } of recorded.slice(0, middle)) {
      clock.jumpTo(at);
      frontend.emit(event);
    }
    clock.advance(500);
    await terminal.waitFor('DONE 19.9s');
    return { ...all, middle, recorded, interrupted };
  }

  test("Ctrl-C is the program's, what it says stands in the history", async () => {
    const { frontend, terminal, interrupted } = await running();
    terminal.type(keys.ctrlC);
    await interrupted;
    frontend.say({ level: 'warning', text: 'Stopping after the current step; Ctrl-C again ends it at once' });
    // Below the log, where the person looks, however full the screen is.
    await terminal.waitFor(/^ Stopping after the current step/m);
    expect(terminal.screen.text()).toContain('DONE 19.9s');
    expect(terminal.screen.history().join('\n')).toContain('▲ warning: Stopping after the current step');
    expect(terminal.screen.text()).toContain('ctrl-c stop');
  });

  test('up and down select, c shows the exact commands, l hides the log', async () => {
    const { terminal } = await running();
    terminal.type(`${keys.down}c`);
    await terminal.waitFor('$ kubectl --context minikube');
    terminal.type('ll');
    await terminal.waitUntil(() => !terminal.screen.text().includes('$ kubectl'), 'no command');
    terminal.type(keys.up);
    await terminal.waitFor('› ● todo-frontend');
    expect(terminal.screen.text()).not.toContain('DONE 19.9s');
  });

  test('a decision during the run: the log of its step and back, then the answer', async () => {
    const { frontend, terminal } = await running();
    const decision = {
      id: 'd1',
      step: 'image.frontend',
      question: 'The build failed. What now?',
      options: [
        { action: 'retry' as const, label: 'try again' },
        { action: 'stop' as const, label: 'stop' },
      ],
    };
    frontend.emit({ type: 'decision.needed', decision });
    const decided = frontend.decide(decision, new AbortController().signal);
    await terminal.waitFor('› try again');
    terminal.type('l');
    await terminal.waitFor('esc back');
    terminal.type(keys.escape);
    await terminal.waitFor('› try again');
    terminal.type(keys.right + keys.enter);
    expect(await decided).toEqual({ id: 'd1', action: 'stop' });
  });

  test("a decision that is called off takes its screen along; Ctrl-C on it is the program's", async () => {
    const { frontend, terminal, interrupted } = await running();
    const decision = {
      id: 'd',
      step: 'image.frontend',
      question: 'What now?',
      options: [{ action: 'stop' as const, label: 'stop' }],
    };
    const controller = new AbortController();
    const decided = frontend.decide(decision, controller.signal);
    await terminal.waitFor('What now?');
    terminal.type(keys.ctrlC);
    await interrupted;
    controller.abort(new Error('interrupted'));
    await expect(decided).rejects.toThrow('interrupted');
    await terminal.waitUntil(() => !terminal.screen.text().includes('What now?'), 'no question');
  });

  test('what happens while one looks inside is committed on the way back', async () => {
    const { frontend, terminal, clock, middle, recorded } = await running();
    terminal.type(keys.enter);
    await terminal.waitFor('esc back');
    for (const { at, event } of recorded.slice(middle, -1)) {
      clock.jumpTo(at);
      frontend.emit(event);
    }
    clock.advance(500);
    terminal.type(keys.escape);
    await terminal.waitFor(/✓ todo-frontend:aef1e962becf +built and delivered +36 s/);
    const lines = terminal.screen.history().filter((line) => line.includes('✓ todo-frontend'));
    expect(lines).toHaveLength(1);
  });

  test('another round after a changed answer is another board', async () => {
    const { frontend, terminal, clock, recorded } = await running();
    const begun = recorded.findIndex(({ event }) => event.type === 'step.started');
    for (const { event } of recorded.slice(0, begun + 1)) frontend.emit(event);
    clock.advance(500);
    await terminal.waitFor('› ● Minikube');
    expect(terminal.screen.text()).toMatch(/○ PostgreSQL 17 +after/);
    expect(terminal.screen.history().filter((line) => line.includes('Todo list → minikube / todo'))).toHaveLength(2);
  });
});
