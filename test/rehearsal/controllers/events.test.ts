import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createComponentClient } from '../../../src/rehearsal/controllers/component-client.ts';
import { EventCorrelator } from '../../../src/rehearsal/controllers/event-correlator.ts';
import type { EventSource } from '../../../src/rehearsal/controllers/event-recorder.ts';
import { smallCluster } from '../support/small-cluster.ts';

/** Somebody who speaks about one ConfigMap. */
function speaker(events: EventSource = { component: 'speaker' }) {
  const { api, clock, client } = smallCluster([]);
  const voice = createComponentClient(api, { user: 'speaker', fieldManager: 'speaker', events });
  const about = client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'box', namespace: 'default' } });
  return {
    clock,
    say: (message: string, reason = 'Said', type: 'Normal' | 'Warning' = 'Normal') =>
      voice.event(about, { type, reason, message }),
    said: () =>
      client
        .list('v1 Event')
        .map(({ message, count, series }) => [message, count ?? (series as { count: number } | undefined)?.count]),
  };
}

describe('events about one object', () => {
  it('of one text are one event that counts', () => {
    const { say, said } = speaker();
    for (let time = 0; time < 3; time += 1) say('again');
    expect(said()).toEqual([['again', 3]]);
  });

  it('of ten texts of one reason within ten minutes are combined, with the newest text', () => {
    const { say, said } = speaker();
    for (let number = 1; number <= 12; number += 1) say(`text ${number}`);
    expect(said()).toHaveLength(10);
    expect(said().at(-1)).toEqual(['(combined from similar events): text 12', 3]);
  });

  it('are not combined across reasons, nor after ten minutes of silence', () => {
    const { say, said, clock } = speaker();
    for (let number = 1; number <= 9; number += 1) say(`text ${number}`);
    say('another', 'Other');
    clock.advance(601_000);
    say('text 10');
    expect(said().map(([message]) => message)).not.toContainEqual(expect.stringContaining('combined'));
  });

  it('are cut off after 25 of one type, then one in five minutes, and the count holds what was cut off', () => {
    const { say, said, clock } = speaker();
    for (let time = 0; time < 30; time += 1) say('again');
    expect(said()).toEqual([['again', 25]]);
    say('grave', 'Said', 'Warning');
    clock.advance(300_000);
    say('again');
    expect(said()).toEqual([
      ['again', 31],
      ['grave', 1],
    ]);
    say('again');
    expect(said()[0]).toEqual(['again', 31]);
  });

  it('through events.k8s.io become a series at the second, whose length is written at its end', () => {
    const { say, said, clock } = speaker({ component: 'scheduler', action: 'Scheduling' });
    for (let time = 0; time < 5; time += 1) say('no place');
    expect(said()).toEqual([['no place', 2]]);
    clock.advance(360_000);
    expect(said()).toEqual([['no place', 5]]);
    say('no place');
    expect(said()).toHaveLength(2);
  });
});

it('nobody writes more about one object in an hour than the burst and what the hour refills', () => {
  const gaps = fc.array(fc.record({ gap: fc.nat(60_000), text: fc.nat(40) }), { maxLength: 200 });
  fc.assert(
    fc.property(gaps, (said) => {
      const correlator = new EventCorrelator();
      let now = 0;
      let written = 0;
      for (const { gap, text } of said) {
        now += gap;
        const event = { uid: '1', type: 'Normal', reason: 'Said', message: String(text), fieldPath: '' };
        if (correlator.correlate(event, now) !== undefined) written += 1;
      }
      expect(written).toBeLessThanOrEqual(25 + Math.floor(now / 300_000));
    }),
  );
});
