import type { Summary } from '../frontend.ts';
import { counted } from '../text/counts.ts';
import { durationText } from '../text/durations.ts';

/** The last screen in the words of all front ends. */
export interface SummaryView {
  heading: string;
  /** `2 min 31 s, 23 objects`. */
  facts: string;
  /** Label, what to open or copy, a remark. */
  rows: { label: string; text: string; hint?: string }[];
  closing?: string;
}

export function summaryView(summary: Summary): SummaryView {
  const where = `${summary.target} (${summary.namespace})`;
  const heading = summary.ok
    ? `${summary.title} ${summary.changed ? 'runs' : 'runs as before'} on ${where}`
    : `${summary.title} does not run on ${where} yet`;
  const facts = [durationText(summary.duration), counted(summary.objects, 'object')];
  if (!summary.changed) facts.push('nothing changed');
  return {
    heading,
    facts: facts.join(', '),
    rows: [
      ...summary.endpoints.map(({ title, url, isForwarded }) => ({
        label: title,
        text: url,
        ...(isForwarded ? { hint: 'forwarded: answers while this runs' } : {}),
      })),
      ...summary.checksByHand.flatMap(({ text, commands }, index) => [
        { label: index === 0 ? 'Look at' : '', text },
        ...commands.map((command) => ({ label: '', text: command })),
      ]),
      ...summary.commands.map(({ label, command, hint }) => ({
        label,
        text: command,
        ...(hint === undefined ? {} : { hint }),
      })),
    ],
    ...(summary.slowest === undefined ? {} : { closing: `Slowest: ${summary.slowest}.` }),
  };
}
