import { input, password, select } from '@inquirer/prompts';
import { sanitiseLine } from '../../secrets/sanitise.ts';

/** What the person typed; `stopped` after Ctrl-C or the end of the input. */
export type Typed<Value> = { typed: Value } | 'stopped';

export interface LineChoice<Value> {
  value: Value;
  name: string;
  description?: string;
  /** Why it cannot be chosen now. */
  disabled?: string;
}

/** The three ways of asking on a terminal that only knows lines. */
export interface LineInput {
  choose<Value>(
    request: { message: string; choices: LineChoice<Value>[]; initial?: Value },
    signal?: AbortSignal,
  ): Promise<Typed<Value>>;
  /** `initial` is what Enter alone gives. */
  text(request: { message: string; initial?: string }): Promise<Typed<string>>;
  /** Leaves neither the value nor its length on the screen. */
  secret(request: { message: string }): Promise<Typed<string>>;
  print(line: string): void;
  /** Takes the open prompt away: its promise rejects with the reason. */
  withdraw(reason: unknown): void;
}

export interface LineStreams {
  stdin: NodeJS.ReadableStream;
  stdout: NodeJS.WritableStream;
}

/** Lines by @inquirer/prompts; the one module that knows it. */
export function createLineInput({ stdin, stdout }: LineStreams): LineInput {
  let withdrawing = new AbortController();
  const context = (signal?: AbortSignal) => ({
    input: stdin,
    output: stdout,
    signal: signal === undefined ? withdrawing.signal : AbortSignal.any([withdrawing.signal, signal]),
  });
  return {
    choose: ({ message, choices, initial }, signal) =>
      typed(
        select(
          {
            message: sanitiseLine(message),
            choices: choices.map(cleanChoice),
            loop: false,
            ...(initial === undefined ? {} : { default: initial }),
          },
          context(signal),
        ),
      ),
    text: ({ message, initial }) =>
      typed(
        input(
          { message: sanitiseLine(message), ...(initial === undefined ? {} : { default: sanitiseLine(initial) }) },
          context(),
        ),
      ),
    // With a mask its length would stay on the screen; with the toggle ctrl+t would show it.
    secret: ({ message }) =>
      typed(password({ message: sanitiseLine(message), mask: false, toggleMask: false }, context())),
    print: (line) => void stdout.write(`${sanitiseLine(line)}\n`),
    withdraw(reason) {
      withdrawing.abort(reason);
      withdrawing = new AbortController();
    },
  };
}

function cleanChoice<Value>({ value, name, description, disabled }: LineChoice<Value>) {
  return {
    value,
    name: sanitiseLine(name),
    ...(description === undefined ? {} : { description: sanitiseLine(description) }),
    ...(disabled === undefined ? {} : { disabled: sanitiseLine(disabled) }),
  };
}

async function typed<Value>(prompt: Promise<Value>): Promise<Typed<Value>> {
  try {
    return { typed: await prompt };
  } catch (error) {
    // The library's word for Ctrl-C and for an input that ended.
    if (error instanceof Error && error.name === 'ExitPromptError') return 'stopped';
    if (error instanceof Error && error.name === 'AbortPromptError') throw error.cause;
    throw error;
  }
}
