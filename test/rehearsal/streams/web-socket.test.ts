import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { duplexPair, type Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openChannels, type TerminalSize } from '../../../src/rehearsal/streams/channels.ts';
import { execStatus } from '../../../src/rehearsal/streams/exec.ts';
import { FrameParser, opcode, WebSocketProtocolError } from '../../../src/rehearsal/streams/web-socket-frames.ts';
import { acceptWebSocket } from '../../../src/rehearsal/streams/web-socket.ts';

interface SentFrame {
  kind: number;
  payload: Buffer;
  isFinal?: boolean;
}

/** A frame as clients send it, masked. */
function clientFrame({ kind, payload, isFinal = true }: SentFrame): Buffer {
  const mask = Buffer.from([0x5a, 0x00, 0xff, 0x13]);
  const size = payload.length;
  const head = Buffer.alloc(size < 126 ? 2 : size < 65_536 ? 4 : 10);
  head[0] = (isFinal ? 0x80 : 0) | kind;
  head[1] = 0x80 | (size < 126 ? size : size < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(size, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(size), 2);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index & 3] ?? 0))]);
}

/** Frames of a server, which are not masked. */
function serverFrames(bytes: Buffer): { kind: number; payload: Buffer }[] {
  const frames = [];
  for (let at = 0; at < bytes.length;) {
    const short = bytes.readUInt8(at + 1);
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const size =
      short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
    const from = at + 2 + extended;
    frames.push({ kind: bytes.readUInt8(at) & 0x0f, payload: bytes.subarray(from, from + size) });
    at = from + size;
  }
  return frames;
}

const key = Buffer.from('the sample nonce').toString('base64');

function upgrade(headers: Record<string, string>, protocols: readonly string[], method = 'GET') {
  const [ours, client] = duplexPair();
  const request = Object.assign(new EventEmitter(), {
    method,
    headers: { upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': key, ...headers },
  }) as unknown as IncomingMessage;
  const socket = acceptWebSocket(request, ours, Buffer.alloc(0), { protocols, maxMessage: 1024 * 1024 });
  const chunks: Buffer[] = [];
  client.on('data', (chunk: Buffer) => chunks.push(chunk));
  const received = () => Buffer.concat(chunks);
  const answer = () => received().toString('latin1').split('\r\n\r\n')[0] ?? '';
  const frames = () => serverFrames(received().subarray(answer().length + 4));
  return { socket, client, answer, frames };
}

async function flushed(stream: Duplex, ...data: Buffer[]): Promise<void> {
  for (const chunk of data) stream.write(chunk);
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}

function connected(protocol = 'v5.channel.k8s.io') {
  const { socket, client, frames } = upgrade({ 'sec-websocket-protocol': protocol }, [protocol]);
  const messages: Buffer[] = [];
  let closed = 0;
  socket?.start({ message: (data) => messages.push(data), closed: () => (closed += 1) });
  return { socket, client, frames, messages, closed: () => closed };
}

describe('The upgrade to a WebSocket', () => {
  it('answers with the key of RFC 6455 and the first asked protocol that it speaks', async () => {
    const { answer, client } = upgrade({ 'sec-websocket-protocol': 'x, v4.b, v5.a' }, ['v5.a', 'v4.b']);
    await flushed(client);
    expect(answer().split('\r\n')).toEqual([
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      'Sec-WebSocket-Protocol: v4.b',
    ]);
  });

  it.each([
    ['no protocol of ours', { 'sec-websocket-protocol': 'x' }, 'HTTP/1.1 403 Forbidden\r\nConnection: close'],
    ['none where one is needed', {}, 'HTTP/1.1 403 Forbidden\r\nConnection: close'],
    ['another upgrade', { upgrade: 'h2c' }, 'HTTP/1.1 400 Bad Request\r\nConnection: close'],
    ['a bad key', { 'sec-websocket-key': 'short' }, 'HTTP/1.1 400 Bad Request\r\nConnection: close'],
    [
      'an old version',
      { 'sec-websocket-version': '8' },
      'HTTP/1.1 400 Bad Request\r\nSec-WebSocket-Version: 13\r\nConnection: close',
    ],
  ])('refuses %s', async (_what, headers, expected) => {
    const { socket, answer, client } = upgrade(headers as Record<string, string>, ['v5.a']);
    await flushed(client);
    expect(socket).toBeUndefined();
    expect(answer()).toBe(expected);
  });
});

describe('A WebSocket', () => {
  it('puts the parts of a message together, also with a ping in between', async () => {
    const { client, messages, frames } = connected();
    await flushed(
      client,
      clientFrame({ kind: opcode.binary, payload: Buffer.from('one '), isFinal: false }),
      clientFrame({ kind: opcode.ping, payload: Buffer.from('are you there') }),
      clientFrame({ kind: opcode.continuation, payload: Buffer.from('two') }),
    );
    expect(messages.map(String)).toEqual(['one two']);
    expect(frames()).toEqual([{ kind: opcode.pong, payload: Buffer.from('are you there') }]);
  });

  it('answers a goodbye with the same code and tells it once', async () => {
    const { client, frames, closed } = connected();
    const code = Buffer.from([0x03, 0xe8]);
    await flushed(client, clientFrame({ kind: opcode.close, payload: code }));
    client.end();
    await flushed(client);
    expect(frames()).toEqual([{ kind: opcode.close, payload: code }]);
    expect(closed()).toBe(1);
  });

  it('tells when the peer is gone without a goodbye', async () => {
    const { client, closed } = connected();
    client.destroy();
    await flushed(client);
    expect(closed()).toBe(1);
  });

  const broken: [what: string, code: number, frames: Buffer[]][] = [
    ['a frame without a mask', 1002, [Buffer.from([0x82, 0x01, 0x61])]],
    ['reserved bits', 1002, [Buffer.from([0xc2, 0x81, 0, 0, 0, 0, 0x61])]],
    ['an unknown opcode', 1002, [clientFrame({ kind: 5, payload: Buffer.from('a') })]],
    ['a ping in parts', 1002, [clientFrame({ kind: opcode.ping, payload: Buffer.from('a'), isFinal: false })]],
    ['a long ping', 1002, [clientFrame({ kind: opcode.ping, payload: Buffer.alloc(126) })]],
    ['a continuation of nothing', 1002, [clientFrame({ kind: opcode.continuation, payload: Buffer.from('a') })]],
    [
      'a message within a message',
      1002,
      [0, 1].map(() => clientFrame({ kind: opcode.binary, payload: Buffer.from('a'), isFinal: false })),
    ],
    ['a text that is no UTF-8', 1007, [clientFrame({ kind: opcode.text, payload: Buffer.from([0xff]) })]],
    [
      'a frame beyond the limit',
      1009,
      [clientFrame({ kind: opcode.binary, payload: Buffer.alloc(1024 * 1024 + 1) }).subarray(0, 14)],
    ],
    [
      'parts beyond the limit',
      1009,
      [
        clientFrame({ kind: opcode.binary, payload: Buffer.alloc(600_000), isFinal: false }),
        clientFrame({ kind: opcode.continuation, payload: Buffer.alloc(600_000) }),
      ],
    ],
  ];
  it.each(broken)('ends over %s with %i', async (_what, code, sent) => {
    const { client, frames, messages, closed } = connected();
    await flushed(client, ...sent);
    expect(frames().at(-1)?.kind).toBe(opcode.close);
    expect(frames().at(-1)?.payload.readUInt16BE(0)).toBe(code);
    expect(messages).toEqual([]);
    expect(closed()).toBe(1);
  });

  it('says when the peer is slow, and when it may go on', async () => {
    const [ours, client] = duplexPair();
    const request = {
      method: 'GET',
      headers: { upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': key },
    } as unknown as IncomingMessage;
    const socket = acceptWebSocket(request, ours, Buffer.alloc(0), { protocols: [''] });
    let drained = 0;
    socket?.start({ message: () => undefined, drain: () => (drained += 1), closed: () => undefined });
    expect(socket?.send(Buffer.alloc(200_000))).toBe(false);
    await flushed(client);
    expect(drained).toBe(0);
    client.resume();
    await expect.poll(() => drained).toBeGreaterThan(0);
  });
});

describe('The parser of frames', () => {
  const frame = fc.record({
    kind: fc.constantFrom(opcode.text, opcode.binary),
    payload: fc.uint8Array({ maxLength: 70_000, size: 'max' }).map((bytes) => Buffer.from(bytes)),
  });

  it('finds the same frames however their bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.array(fc.nat(100_000), { maxLength: 8 }), (frames, cuts) => {
        const bytes = Buffer.concat(frames.map(clientFrame));
        const parser = new FrameParser(1024 * 1024);
        const places = [
          0,
          ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((one, other) => one - other),
          bytes.length,
        ];
        const found = places.flatMap((from, index) => parser.push(bytes.subarray(from, places[index + 1] ?? from)));
        expect(found.map(({ opcode: kind, payload }) => ({ kind, payload }))).toEqual(frames);
      }),
      { numRuns: 50 },
    );
  });

  it('survives any bytes: frames, a protocol error, or waiting for more', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 }), (chunks) => {
        const parser = new FrameParser(1000);
        try {
          for (const chunk of chunks) parser.push(Buffer.from(chunk));
        } catch (error) {
          expect(error).toBeInstanceOf(WebSocketProtocolError);
        }
      }),
    );
  });
});

describe('The channels of an exec', () => {
  function channels(protocol: string, options = { stdin: true, stdout: true, stderr: true }) {
    const { socket, client, frames } = upgrade({ 'sec-websocket-protocol': protocol }, [protocol]);
    if (socket === undefined) throw new Error('not accepted');
    const sizes: TerminalSize[] = [];
    const opened = openChannels(socket, { ...options, onResize: (size) => sizes.push(size) });
    const send = (text: string) =>
      flushed(client, clientFrame({ kind: opcode.binary, payload: Buffer.from(text, 'latin1') }));
    const sent = () =>
      frames().map(({ kind, payload }) => (kind === opcode.binary ? payload.toString('latin1') : kind));
    return { opened, send, sent, client, sizes };
  }
  const read = async (stream: AsyncIterable<Buffer>) => {
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part);
    return Buffer.concat(parts).toString();
  };

  // The frames are those of a real API server 1.34.10, looked at through `kubectl proxy`.
  it('begin with an empty message on the first open channel and end with the status and code 1000', async () => {
    const { opened, sent, client } = channels('v5.channel.k8s.io');
    opened.stdout.write('a\n');
    opened.finish(execStatus({ exitCode: 7 }, opened, ['sh']));
    await flushed(client);
    expect(sent()).toEqual([
      '\x01',
      '\x01a\n',
      '\x03{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: command terminated ' +
        'with exit code 7","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}',
      opcode.close,
    ]);
  });

  it('begin on the channel of errors when nothing else is open', async () => {
    const { sent, client } = channels('v4.channel.k8s.io', { stdin: true, stdout: false, stderr: false });
    await flushed(client);
    expect(sent()).toEqual(['\x03']);
  });

  it('end the input when the client closes it (version 5)', async () => {
    const { opened, send } = channels('v5.channel.k8s.io');
    const input = read(opened.stdin as AsyncIterable<Buffer>);
    await send('\x00abc');
    await send('\x01not for us');
    await send('\xff\x00');
    await send('\x00late');
    expect(await input).toBe('abc');
  });

  it('end the input when the client is gone', async () => {
    const { opened, send, client } = channels('v4.channel.k8s.io');
    const input = read(opened.stdin as AsyncIterable<Buffer>);
    await send('\x00abc');
    client.destroy();
    expect(await input).toBe('abc');
    expect(opened.signal.aborted).toBe(true);
  });

  it('tell the size of the terminal and pass over what is none', async () => {
    const { send, sizes } = channels('v5.channel.k8s.io');
    await send('\x04{"Width":80,"Height":24}');
    await send('\x04nonsense');
    await send('\x04null');
    expect(sizes).toEqual([{ width: 80, height: 24 }]);
  });
});
