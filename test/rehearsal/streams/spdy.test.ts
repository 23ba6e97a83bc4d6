import { createDeflate, createInflate, constants } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlFrame, dataHead, finFlag, frameType, SpdyParser } from '../../../src/rehearsal/streams/spdy-frames.ts';
import { HeaderReader, HeaderWriter, spdyDictionary } from '../../../src/rehearsal/streams/spdy-headers.ts';
import { SpdyConnection, type SpdyStream } from '../../../src/rehearsal/streams/spdy.ts';

const headers = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/), fc.stringMatching(/^[ -~]{0,40}$/), {
  maxKeys: 8,
});

/** One zlib stream over all blocks, as every other implementation has it. */
async function pumped(stream: NodeJS.ReadWriteStream, blocks: readonly Buffer[]): Promise<Buffer[]> {
  const found: Buffer[] = [];
  let current: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => current.push(chunk));
  for (const block of blocks) {
    current = [];
    stream.write(block);
    await new Promise<void>((resolve) =>
      (stream as ReturnType<typeof createDeflate>).flush(constants.Z_SYNC_FLUSH, resolve),
    );
    found.push(Buffer.concat(current));
  }
  return found;
}

function plain(entries: Readonly<Record<string, string>>): Buffer {
  const number = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const list = Object.entries(entries);
  return Buffer.concat([
    number(list.length),
    ...list.flat().flatMap((text) => [number(text.length), Buffer.from(text)]),
  ]);
}

describe('Header blocks', () => {
  it('are read as one zlib stream with the dictionary of SPDY', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(headers, { minLength: 1, maxLength: 12 }), async (list) => {
        const blocks = await pumped(createDeflate({ dictionary: spdyDictionary }), list.map(plain));
        const reader = new HeaderReader();
        expect(blocks.map((block) => ({ ...reader.read(block) }))).toEqual(list.map((entry) => ({ ...entry })));
      }),
      { numRuns: 40 },
    );
  });

  it('are written as one zlib stream that any inflater reads', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(headers, { minLength: 1, maxLength: 12 }), async (list) => {
        const writer = new HeaderWriter();
        const texts = await pumped(
          createInflate({ dictionary: spdyDictionary }),
          list.map((entry) => writer.write(entry)),
        );
        expect(texts).toEqual(list.map(plain));
      }),
      { numRuns: 40 },
    );
  });

  it('refuse a block that grows beyond bounds', async () => {
    const [block = Buffer.alloc(0)] = await pumped(createDeflate({ dictionary: spdyDictionary }), [
      Buffer.alloc(10_000_000),
    ]);
    expect(() => new HeaderReader().read(block)).toThrow('larger than');
  });
});

/** A connection and what it has sent. */
function connection(isSlow = false) {
  const sent: Buffer[] = [];
  const streams: SpdyStream[] = [];
  const calls: string[] = [];
  const transport = {
    send: (...parts: Buffer[]) => {
      sent.push(Buffer.concat(parts));
      return !isSlow;
    },
    pause: () => void calls.push('pause'),
    resume: () => void calls.push('resume'),
    close: () => void calls.push('close'),
  };
  const spdy = new SpdyConnection(transport, (stream) => streams.push(stream));
  const frames = () => new SpdyParser().push(Buffer.concat(sent));
  return { spdy, streams, frames, calls };
}

const writer = () => {
  const blocks = new HeaderWriter();
  return (id: number, of: Record<string, string>, flags = 0) => {
    const numbers = Buffer.alloc(10);
    numbers.writeUInt32BE(id);
    return controlFrame(frameType.synStream, flags, [], Buffer.concat([numbers, blocks.write(of)]));
  };
};
const data = (id: number, text: string | Buffer, isFinal = false) =>
  Buffer.concat([dataHead(id, Buffer.byteLength(text), isFinal), Buffer.from(text)]);

describe('A SPDY connection', () => {
  it('answers each new stream and carries data both ways, each half with its own end', async () => {
    const { spdy, streams, frames } = connection();
    const open = writer();
    spdy.received(open(1, { streamtype: 'data', port: '80' }));
    spdy.received(data(1, 'question', true));
    const [stream] = streams;
    expect({ ...stream?.headers }).toEqual({ streamtype: 'data', port: '80' });
    const read: string[] = [];
    for await (const chunk of stream as SpdyStream) read.push(String(chunk));
    expect(read).toEqual(['question']);
    stream?.end('answer');
    await new Promise(setImmediate);
    expect(frames()).toMatchObject([
      { kind: 'control', type: frameType.synReply },
      { kind: 'data', stream: 1, payload: Buffer.from('answer'), isFinal: false },
      { kind: 'data', stream: 1, isFinal: true },
    ]);
  });

  it('gives a stream that is reset its end, and forgets it', () => {
    const { spdy, streams, frames } = connection();
    spdy.received(writer()(1, {}));
    spdy.received(controlFrame(frameType.rstStream, 0, [1, 5]));
    expect(streams[0]?.destroyed).toBe(true);
    spdy.received(data(1, 'late'));
    expect(frames()).toHaveLength(1);
  });

  it('answers pings of the client and keeps quiet over window updates and settings', () => {
    const { spdy, frames } = connection();
    spdy.received(controlFrame(frameType.ping, 0, [7]));
    spdy.received(controlFrame(frameType.ping, 0, [8]));
    spdy.received(controlFrame(frameType.windowUpdate, 0, [1, 1000]));
    spdy.received(controlFrame(frameType.settings, 0, [0]));
    expect(frames()).toMatchObject([{ kind: 'control', type: frameType.ping, payload: Buffer.from([0, 0, 0, 7]) }]);
  });

  it('closes after GOAWAY when its last stream has ended', async () => {
    const { spdy, streams, calls } = connection();
    spdy.received(writer()(1, {}, finFlag));
    spdy.received(controlFrame(frameType.goAway, 0, [0, 0]));
    expect(calls).not.toContain('close');
    streams[0]?.resume();
    streams[0]?.end();
    await expect.poll(() => calls).toContain('close');
  });

  it('refuses identifiers that go back or are even', () => {
    const { spdy, streams, frames } = connection();
    const open = writer();
    for (const id of [3, 1, 3, 4]) spdy.received(open(id, {}));
    expect(streams).toHaveLength(1);
    const resets = frames().filter((frame) => frame.kind === 'control' && frame.type === frameType.rstStream);
    expect(resets).toHaveLength(3);
  });

  it('lets its client wait while nobody reads a megabyte', () => {
    const { spdy, streams, calls } = connection();
    spdy.received(writer()(1, {}));
    for (let count = 0; count < 20; count += 1) spdy.received(data(1, Buffer.alloc(100_000)));
    expect(calls).toContain('pause');
    streams[0]?.resume();
    return expect.poll(() => calls.at(-1)).toBe('resume');
  });

  it('lets its streams wait while the transport is slow', async () => {
    const { spdy, streams } = connection(true);
    spdy.received(writer()(1, {}));
    let written = 0;
    streams[0]?.write(Buffer.alloc(10), () => (written += 1));
    await new Promise(setImmediate);
    expect(written).toBe(0);
    spdy.drained();
    await new Promise(setImmediate);
    expect(written).toBe(1);
  });

  it('survives any bytes: it closes, or waits for more', () => {
    const start = Buffer.concat([writer()(1, { a: 'b' }), data(1, 'x')]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), fc.boolean(), (bytes, at, isFlipped) => {
        const { spdy } = connection();
        const cut = at % start.length;
        const mixed = isFlipped
          ? Buffer.concat([start.subarray(0, cut), Buffer.from(bytes), start.subarray(cut)])
          : Buffer.from(bytes);
        spdy.received(mixed);
        spdy.received(Buffer.from([1, 2, 3]));
        spdy.closed();
      }),
      { numRuns: 500 },
    );
  });
});
