import type { ReactNode } from 'react';
import { Bug } from '../../errors/errors.ts';
import type { StepId } from '../../plan/plan.ts';
import type { ViewModel } from '../session/view-model.ts';
import type { Frame } from './frame.ts';
import type { Key } from './keys.ts';
import type { Screen } from './screen.ts';

/** What Ctrl-C does to a screen: gives this reply, fails with this error, or is none of the screen's business. */
type OnInterrupt<Reply> = { reply: Reply } | { error: Error } | 'passed';

interface Opened<State, Reply> {
  answer: Promise<Reply>;
  /** Something that the screen waited for has arrived. */
  update(change: (state: State) => State): void;
  /** Takes the screen away unanswered. */
  withdraw(reason: unknown): void;
}

/** The screen that asks now, if there is one. */
export interface Asker {
  readonly isAsking: boolean;
  open<Request, State, Reply>(
    screen: Screen<Request, State, Reply>,
    request: Request,
    onInterrupt: OnInterrupt<NoInfer<Reply>>,
  ): Opened<State, Reply>;
  /** What the key asks for besides an answer: to look inside a step. */
  press(key: Key, context: { frame: Frame; view: ViewModel }): { look: StepId } | undefined;
  /** False: Ctrl-C is for somebody else. */
  interrupt(): boolean;
  draw(context: { frame: Frame; view: ViewModel }): ReactNode;
  withdraw(reason: unknown): void;
}

type Current = Pick<Asker, 'press' | 'draw' | 'interrupt' | 'withdraw'>;

/** `changed` is called when there is something else to draw. */
export function createAsker({ changed }: { changed: (why: 'opened' | 'updated' | 'closed') => void }): Asker {
  let current: Current | undefined;

  function open<Request, State, Reply>(
    screen: Screen<Request, State, Reply>,
    request: Request,
    onInterrupt: OnInterrupt<NoInfer<Reply>>,
  ): Opened<State, Reply> {
    if (current !== undefined) throw new Bug('a question was asked while another one was open');
    let state = screen.open(request);
    let settle: { resolve: (reply: Reply) => void; reject: (reason: unknown) => void };
    const answer = new Promise<Reply>((resolve, reject) => (settle = { resolve, reject }));
    const close = (act: () => void) => {
      if (current === opened) {
        current = undefined;
        changed('closed');
      }
      act();
    };
    const opened: Current = {
      press(key, context) {
        const pressed = screen.press({ request, state, ...context }, key);
        if (pressed === 'passed') return undefined;
        if ('look' in pressed) return pressed;
        if ('reply' in pressed) close(() => settle.resolve(pressed.reply));
        else state = pressed.state;
        return undefined;
      },
      draw: (context) => screen.draw({ request, state, ...context }),
      interrupt() {
        if (onInterrupt === 'passed') return false;
        close(() => ('reply' in onInterrupt ? settle.resolve(onInterrupt.reply) : settle.reject(onInterrupt.error)));
        return true;
      },
      withdraw: (reason) => close(() => settle.reject(reason)),
    };
    current = opened;
    changed('opened');
    return {
      answer,
      update(change) {
        if (current !== opened) return;
        state = change(state);
        changed('updated');
      },
      withdraw: opened.withdraw,
    };
  }

  return {
    get isAsking() {
      return current !== undefined;
    },
    open,
    press: (key, context) => current?.press(key, context),
    interrupt: () => current?.interrupt() ?? false,
    draw: (context) => current?.draw(context) ?? null,
    withdraw: (reason) => current?.withdraw(reason),
  };
}
