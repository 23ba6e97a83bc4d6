import type { ReactNode } from 'react';
import type { StepId } from '../../plan/plan.ts';
import type { ViewModel } from '../session/view-model.ts';
import type { Frame } from './frame.ts';
import type { Key } from './keys.ts';

/** What a key did to a screen. */
export type Pressed<State, Reply> =
  | { state: State }
  /** The screen is answered and closes. */
  | { reply: Reply }
  /** Show what a step has written, and come back. */
  | { look: StepId }
  /** The screen has no use for the key. */
  | 'passed';

export interface Drawn<Request, State> {
  request: Request;
  state: State;
  frame: Frame;
  /** The run behind the screen. */
  view: ViewModel;
}

/**
 * A screen that asks: pure data about what was asked (`Request`), where the person is (`State`), and what a key does.
 * It awaits nothing; the front end opens it, feeds it keys and gets a reply.
 */
export interface Screen<Request, State, Reply> {
  open(request: Request): State;
  press(drawn: Drawn<Request, State>, key: Key): Pressed<State, Reply>;
  draw(drawn: Drawn<Request, State>): ReactNode;
}
