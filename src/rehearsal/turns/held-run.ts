import type { ProgramTime } from '../../clock.ts';
import type { CommandOptions, CommandResult, RunCommand } from '../../tools/shell/run.ts';

/** Time that can stand still while programs run. */
interface Time extends Pick<ProgramTime, 'now' | 'during'> {
  /** For a program that changes the cluster: one after the other. */
  duringAlone: ProgramTime['during'];
}

/** Those of which a run waits; a browser that is opened may stay as long as it likes. */
const held = new Set(['kubectl', 'helm', 'docker']);

/**
 * Runs programs while time stands still. What they say is handed on when they have ended, so that the words of two that run
 * side by side do not depend on which was faster; an image is built by the real Docker, whose words are shown as they come.
 */
export function heldRun(run: RunCommand, time: Time): RunCommand {
  return (argv, options = {}) => {
    if (!held.has(argv[0] ?? '')) return run(argv, options);
    if (argv.includes('port-forward')) return untilItSpeaks(run, argv, options, time);
    if (argv[0] === 'docker') return time.during(() => run(argv, options));
    if (options.onLine === undefined) return time.duringAlone(() => run(argv, options));
    const { onLine } = options;
    const said: Parameters<typeof onLine>[] = [];
    const tell = () => {
      for (const line of said) onLine(...line);
    };
    const ended = time.duringAlone(() =>
      run(argv, { ...options, onLine: (line, stream) => void said.push([inThisTime(line, time.now()), stream]) }),
    );
    return ended.finally(tell);
  };
}

/** Helm takes the time of releases and tests from this machine, and writes it as Go's `time.ANSIC`. */
function inThisTime(line: string, now: number): string {
  return line.replace(/^(LAST DEPLOYED: |Last Started: +|Last Completed: ).*/, (_, label: string) => {
    const [weekday = '', day = '', month = '', year = '', clock = ''] = new Date(now).toUTCString().split(/,? /);
    return `${label}${weekday} ${month} ${day.replace(/^0/, ' ')} ${clock} ${year}`;
  });
}

/** A forward lives on: it is waited for until it says that it listens, or ends. */
function untilItSpeaks(
  run: RunCommand,
  argv: readonly string[],
  { onLine, ...options }: CommandOptions,
  time: Time,
): Promise<CommandResult> {
  let speak: () => void = () => undefined;
  const spoken = new Promise<void>((resolve) => (speak = resolve));
  const lines: Parameters<NonNullable<typeof onLine>>[] = [];
  let hear = (...line: (typeof lines)[number]) => {
    lines.push(line);
    speak();
  };
  const running = run(argv, { ...options, onLine: (...line) => hear(...line) });
  const begun = time.during(() => Promise.race([spoken, running]));
  return begun.then(() => {
    hear = (...line) => onLine?.(...line);
    for (const line of lines) hear(...line);
    return running;
  });
}
