import type { RehearsalClaims } from '../../events/events.ts';
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
  const { rehearsal } = summary;
  if (rehearsal !== undefined) return rehearsalView(summary, rehearsal);
  const heading = summary.ok
    ? `${summary.title} ${summary.changed ? 'runs' : 'runs as before'} on ${where}`
    : `${summary.title} does not run on ${where} yet`;
  const facts = [durationText(summary.duration), counted(summary.objects, 'object')];
  if (!summary.changed) facts.push('nothing changed');
  return {
    heading,
    facts: facts.join(', '),
    rows: [
      ...endpointRows(summary),
      ...summary.checksByHand.flatMap(({ text, commands }, index) => [
        { label: index === 0 ? 'Look at' : '', text },
        ...commands.map((command) => ({ label: '', text: command })),
      ]),
      ...commandRows(summary),
    ],
    ...(summary.slowest === undefined ? {} : { closing: `Slowest: ${summary.slowest}.` }),
  };
}

/** A rehearsal that passed must not be taken for an application that runs. */
function rehearsalView(summary: Summary, { rehearsed, notProven }: RehearsalClaims): SummaryView {
  const list = (label: string, texts: string[]) =>
    texts.map((text, index) => ({ label: index === 0 ? label : '', text }));
  return {
    heading: summary.ok
      ? `${summary.title} was rehearsed: all steps passed`
      : `${summary.title} was rehearsed: it did not pass`,
    facts: [durationText(summary.duration), counted(summary.objects, 'object')].join(', '),
    rows: [
      ...endpointRows(summary).map((row) => ({ ...row, hint: 'played: answers while this runs' })),
      ...list('Played', rehearsed),
      ...list('Not proven', notProven),
      ...commandRows(summary),
    ],
  };
}

const endpointRows = ({ endpoints }: Summary): SummaryView['rows'] =>
  endpoints.map(({ title, url, isForwarded }) => ({
    label: title,
    text: url,
    ...(isForwarded ? { hint: 'forwarded: answers while this runs' } : {}),
  }));

const commandRows = ({ commands }: Summary): SummaryView['rows'] =>
  commands.map(({ label, command, hint }) => ({ label, text: command, ...(hint === undefined ? {} : { hint }) }));
