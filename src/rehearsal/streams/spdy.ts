import { Duplex } from 'node:stream';
import { controlFrame, dataHead, finFlag, frameType, resetStatus, SpdyParser, type SpdyFrame } from './spdy-frames.ts';
import { HeaderReader, HeaderWriter, type SpdyHeaders } from './spdy-headers.ts';

/** What carries the bytes of a SPDY connection. */
export interface SpdyTransport {
  /** false: the peer is slow; `SpdyConnection.drained` tells when to go on. */
  send(...parts: Buffer[]): boolean;
  pause(): void;
  resume(): void;
  close(): void;
}

/** Bytes that streams may hold unread before the whole connection is told to wait: there is but one flow for all of them. */
const maxHeld = 1024 * 1024;
const maxStreams = 1000;

/**
 * The server's side of SPDY/3.1 as kubectl speaks it (github.com/moby/spdystream): the client opens streams, each is
 * answered with an empty SYN_REPLY. Window updates are neither sent nor minded, as in spdystream: TCP is the flow control.
 */
export class SpdyConnection {
  readonly #transport: SpdyTransport;
  readonly #opened: (stream: SpdyStream) => void;
  readonly #parser = new SpdyParser();
  readonly #reader = new HeaderReader();
  readonly #writer = new HeaderWriter();
  readonly #streams = new Map<number, SpdyStream>();
  readonly #held = new Set<SpdyStream>();
  #waiting: (() => void)[] = [];
  #lastStream = 0;
  #isGoingAway = false;
  #isClosed = false;

  constructor(transport: SpdyTransport, opened: (stream: SpdyStream) => void) {
    this.#transport = transport;
    this.#opened = opened;
  }

  /** Bytes from the client. */
  received(bytes: Buffer): void {
    if (this.#isClosed) return;
    try {
      for (const frame of this.#parser.push(bytes)) this.#take(frame);
    } catch {
      // Whatever it is, the rest of the bytes has lost its meaning: GOAWAY with PROTOCOL_ERROR.
      this.#transport.send(controlFrame(frameType.goAway, 0, [this.#lastStream, 1]));
      this.#transport.close();
      this.closed();
    }
  }

  drained(): void {
    const ready = this.#waiting;
    this.#waiting = [];
    for (const proceed of ready) proceed();
  }

  /** The transport is gone. */
  closed(): void {
    this.#isClosed = true;
    for (const stream of this.#streams.values()) stream.destroy();
    this.#streams.clear();
    this.drained();
  }

  #take(frame: SpdyFrame): void {
    if (frame.kind === 'data') {
      const stream = this.#streams.get(frame.stream);
      // A stream that we have ended already: its last data crossed our reset.
      if (stream === undefined) return;
      if (frame.payload.length > 0 && !stream.push(frame.payload)) this.#hold(stream);
      if (frame.isFinal) stream.push(null);
      return;
    }
    const { type, flags, payload } = frame;
    switch (type) {
      case frameType.synStream:
        this.#open(payload, (flags & finFlag) !== 0);
        return;
      case frameType.headers:
        // Read for the sake of what later blocks refer to.
        this.#reader.read(payload.subarray(4));
        return;
      case frameType.rstStream: {
        const id = payload.readUInt32BE(0);
        this.#streams.get(id)?.destroy();
        this.#forget(id);
        return;
      }
      case frameType.ping:
        if (payload.readUInt32BE(0) % 2 === 1) this.#transport.send(controlFrame(type, 0, [payload.readUInt32BE(0)]));
        return;
      case frameType.goAway:
        this.#isGoingAway = true;
        this.#closeWhenDone();
        return;
      default:
    }
  }

  #open(payload: Buffer, isFinal: boolean): void {
    const id = payload.readUInt32BE(0) & 0x7f_ff_ff_ff;
    const headers = this.#reader.read(payload.subarray(10));
    if (id % 2 === 0 || id <= this.#lastStream) return this.#reset(id, resetStatus.protocolError);
    this.#lastStream = id;
    if (this.#streams.size >= maxStreams) return this.#reset(id, resetStatus.refusedStream);
    const stream = new SpdyStream(headers, {
      send: (chunk, done) => this.#send(done, dataHead(id, chunk.length), chunk),
      end: (done) => this.#send(done, dataHead(id, 0, true)),
      wanted: () => this.#release(stream),
      reset: () => this.#reset(id, resetStatus.cancel),
    });
    stream.once('close', () => this.#forget(id));
    this.#streams.set(id, stream);
    this.#transport.send(controlFrame(frameType.synReply, 0, [id], this.#writer.write({})));
    if (isFinal) stream.push(null);
    this.#opened(stream);
  }

  #reset(id: number, status: number): void {
    if (!this.#isClosed) this.#transport.send(controlFrame(frameType.rstStream, 0, [id, status]));
  }

  #send(done: () => void, ...parts: Buffer[]): void {
    if (this.#isClosed || this.#transport.send(...parts)) done();
    else this.#waiting.push(done);
  }

  #hold(stream: SpdyStream): void {
    this.#held.add(stream);
    let bytes = 0;
    for (const { readableLength } of this.#held) bytes += readableLength;
    if (bytes > maxHeld) this.#transport.pause();
  }

  #release(stream: SpdyStream): void {
    if (!this.#held.delete(stream) || this.#held.size > 0) return;
    this.#transport.resume();
  }

  #forget(id: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    this.#release(stream);
    this.#closeWhenDone();
  }

  #closeWhenDone(): void {
    if (this.#isGoingAway && this.#streams.size === 0 && !this.#isClosed) this.#transport.close();
  }
}

interface StreamLink {
  send(chunk: Buffer, done: () => void): void;
  end(done: () => void): void;
  wanted(): void;
  reset(): void;
}

/** One stream of a SPDY connection; each side may end its half first. */
export class SpdyStream extends Duplex {
  readonly headers: SpdyHeaders;
  readonly #link: StreamLink;

  constructor(headers: SpdyHeaders, link: StreamLink) {
    super({ allowHalfOpen: true, highWaterMark: 64 * 1024 });
    this.headers = headers;
    this.#link = link;
    // The other side's reset is no error of ours.
    this.on('error', () => undefined);
  }

  /** Ends both halves at once (RST_STREAM, CANCEL). */
  reset(): void {
    this.#link.reset();
    this.destroy();
  }

  override _read(): void {
    this.#link.wanted();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#link.send(chunk, done);
  }

  override _final(done: () => void): void {
    this.#link.end(done);
  }
}
