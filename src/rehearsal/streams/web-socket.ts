import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { frameHead, FrameParser, opcode, WebSocketProtocolError, type Frame } from './web-socket-frames.ts';

/** What happens to a connection; `closed` comes exactly once, and nothing after it. */
export interface WebSocketEvents {
  message(data: Buffer): void;
  /** What was sent is on its way: `send` had said false. */
  drain?(): void;
  closed(): void;
}

interface AcceptOptions {
  /** Those that we speak. `''` stands for a client that asks for none. */
  protocols: readonly string[];
  /** Bytes of one message, all its frames together; 16 MiB unless told. */
  maxMessage?: number;
}

/** RFC 6455, section 1.3. */
const acceptKeySuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * Answers an upgrade request (RFC 6455, section 4.2) and takes the socket over. Refuses like golang.org/x/net/websocket,
 * which the API server uses: 403 when none of the asked protocols is ours, 400 for a request that is no proper upgrade;
 * undefined then.
 */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { protocols, maxMessage = 16 * 1024 * 1024 }: AcceptOptions,
): WebSocket | undefined {
  const { headers } = request;
  const key = headers['sec-websocket-key'];
  const isUpgrade = headers.upgrade?.toLowerCase() === 'websocket' && request.method === 'GET';
  if (!isUpgrade || key === undefined || Buffer.from(key, 'base64').length !== 16)
    return refuse(socket, '400 Bad Request');
  if (headers['sec-websocket-version'] !== '13')
    return refuse(socket, '400 Bad Request', 'Sec-WebSocket-Version: 13\r\n');
  const asked = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const protocol = asked.find((name) => protocols.includes(name));
  if (protocol === undefined) return refuse(socket, '403 Forbidden');
  const accept = createHash('sha1')
    .update(key + acceptKeySuffix)
    .digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
  );
  return new WebSocket(socket, head, protocol, maxMessage);
}

function refuse(socket: Duplex, status: string, headers = ''): undefined {
  socket.on('error', ignore);
  socket.end(`HTTP/1.1 ${status}\r\n${headers}Connection: close\r\n\r\n`);
  return undefined;
}

function ignore(): void {
  // The peer went away while it was refused: there is nobody left to tell.
}

/** The server's end of a WebSocket: binary messages out, messages of either kind in. Nothing is read before `start`. */
export class WebSocket {
  readonly protocol: string;
  readonly #socket: Duplex;
  readonly #head: Buffer;
  readonly #parser: FrameParser;
  readonly #maxMessage: number;
  readonly #parts: Buffer[] = [];
  #partSize = 0;
  #isText = false;
  #events: WebSocketEvents | undefined;
  #isClosing = false;

  constructor(socket: Duplex, head: Buffer, protocol: string, maxMessage: number) {
    this.protocol = protocol;
    this.#socket = socket;
    this.#head = head;
    this.#maxMessage = maxMessage;
    this.#parser = new FrameParser(maxMessage);
  }

  start(events: WebSocketEvents): void {
    this.#events = events;
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('drain', () => this.#events?.drain?.());
    socket.on('end', () => this.#ended());
    socket.on('error', () => this.#ended());
    socket.on('close', () => this.#ended());
    if (this.#head.length > 0) this.#received(this.#head);
  }

  /** Sends one binary message made of these parts; false when the peer is slow: `drain` tells when to go on. */
  send(...parts: Buffer[]): boolean {
    if (this.#isClosing) return true;
    return this.#write(opcode.binary, parts);
  }

  /** No messages for now; those of a chunk that has been read already still come. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#isClosing) this.#socket.resume();
  }

  /** Says goodbye (RFC 6455, section 7.4.1: 1000 is the normal way), then ends the socket. */
  close(code = 1000, reason = ''): void {
    if (this.#isClosing) return;
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code);
    payload.write(reason, 2);
    this.#write(opcode.close, [payload]);
    this.#ended();
  }

  #write(kind: number, parts: readonly Buffer[]): boolean {
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    this.#socket.cork();
    let isFlowing = this.#socket.write(frameHead(kind, size));
    for (const part of parts) isFlowing = this.#socket.write(part);
    this.#socket.uncork();
    return isFlowing;
  }

  #received(chunk: Buffer): void {
    if (this.#isClosing) return;
    try {
      for (const frame of this.#parser.push(chunk)) {
        this.#take(frame);
        if (this.#isClosing) return;
      }
    } catch (error) {
      if (!(error instanceof WebSocketProtocolError)) throw error;
      this.close(error.code, error.message);
    }
  }

  #take(frame: Frame): void {
    switch (frame.opcode) {
      case opcode.ping:
        this.#write(opcode.pong, [frame.payload]);
        return;
      case opcode.pong:
        return;
      case opcode.close:
        this.close(frame.payload.length >= 2 ? frame.payload.readUInt16BE(0) : 1000);
        return;
      default:
        this.#takePart(frame);
    }
  }

  #takePart({ opcode: kind, isFinal, payload }: Frame): void {
    const isContinued = kind === opcode.continuation;
    const isInside = this.#parts.length > 0;
    if (isContinued !== isInside)
      throw new WebSocketProtocolError(1002, 'a message begins within another, or never did');
    if (!isContinued) this.#isText = kind === opcode.text;
    this.#partSize += payload.length;
    if (this.#partSize > this.#maxMessage) throw new WebSocketProtocolError(1009, 'the message is too big');
    this.#parts.push(payload);
    if (!isFinal) return;
    const message = this.#parts.length === 1 ? payload : Buffer.concat(this.#parts, this.#partSize);
    this.#parts.length = 0;
    this.#partSize = 0;
    if (this.#isText && !isUtf8(message)) throw new WebSocketProtocolError(1007, 'a text message is not UTF-8');
    this.#events?.message(message);
  }

  #ended(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#socket.end();
    // What still comes is read and dropped, so that the end of the socket is noticed.
    this.#socket.resume();
    const events = this.#events;
    this.#events = undefined;
    events?.closed();
  }
}
