import { Readable, Writable } from 'node:stream';
import type { WebSocket } from './web-socket.ts';

/** Protocols of exec and attach that we speak; `''` is a client that asks for none: it gets no status. */
export const channelProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io', ''] as const;

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** A terminal's size in characters. */
export interface TerminalSize {
  width: number;
  height: number;
}

interface ChannelOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  onResize?: (size: TerminalSize) => void;
}

/** The streams of one exec or attach, carried as channels of a WebSocket: the first byte of a message is its channel. */
export interface Channels {
  protocol: string;
  /** Ended at once without `stdin`. Ends when the client closes it (v5) or goes away. */
  stdin: Readable;
  /** What is written without `stdout` or `stderr` being asked for is dropped. */
  stdout: Writable;
  stderr: Writable;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
  /** Sends the final status (after what was written before) and closes. */
  finish(status: object): void;
}

/**
 * k8s.io/apiserver/pkg/util/remotecommand: the server begins with an empty message on the first channel it may write to;
 * the client closes a channel with the message 255, number (version 5).
 */
export function openChannels(socket: WebSocket, options: ChannelOptions): Channels {
  const gone = new AbortController();
  const stdin = new Readable({ read: () => socket.resume(), highWaterMark: 64 * 1024 });
  // An error is nobody's to handle: the reader has gone with the connection.
  stdin.on('error', () => undefined);
  let waiting: (() => void)[] = [];
  const endInput = () => {
    if (!stdin.destroyed && !stdin.readableEnded) stdin.push(null);
  };
  const release = () => {
    const ready = waiting;
    waiting = [];
    for (const proceed of ready) proceed();
  };
  if (!options.stdin) endInput();
  let isInputOpen = options.stdin;
  const out = (of: number, isOpen: boolean) =>
    new Writable({
      highWaterMark: 64 * 1024,
      write(chunk: Buffer, _encoding, done) {
        if (!isOpen || gone.signal.aborted || socket.send(Buffer.from([of]), chunk)) return done();
        waiting.push(done);
      },
    });

  socket.start({
    message(data) {
      const [of, second] = data;
      if (of === channel.stdin && isInputOpen) {
        if (data.length > 1 && !stdin.push(data.subarray(1))) socket.pause();
      } else if (of === channel.close && second === channel.stdin && isInputOpen) {
        isInputOpen = false;
        endInput();
      } else if (of === channel.resize) {
        const size = sizeOf(data.subarray(1));
        if (size !== undefined) options.onResize?.(size);
      }
    },
    drain: release,
    closed() {
      if (isInputOpen) endInput();
      isInputOpen = false;
      gone.abort();
      release();
    },
  });
  socket.send(Buffer.from([options.stdout ? channel.stdout : options.stderr ? channel.stderr : channel.error]));
  return {
    protocol: socket.protocol,
    stdin,
    stdout: out(channel.stdout, options.stdout),
    stderr: out(channel.stderr, options.stderr),
    signal: gone.signal,
    finish(status) {
      if (socket.protocol !== '') socket.send(Buffer.from([channel.error]), Buffer.from(JSON.stringify(status)));
      socket.close();
    },
  };
}

function sizeOf(data: Buffer): TerminalSize | undefined {
  try {
    const { Width, Height } = JSON.parse(data.toString()) as { Width?: unknown; Height?: unknown };
    return typeof Width === 'number' && typeof Height === 'number' ? { width: Width, height: Height } : undefined;
  } catch {
    // The real server ends its resize loop over such a message and carries on with the rest.
    return undefined;
  }
}
