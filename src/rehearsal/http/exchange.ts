import type { IncomingMessage, ServerResponse } from 'node:http';
import { StatusError, type Status } from '../api/status-error.ts';

/** As the API server limits request bodies (apiserver MaxRequestBodyBytes): bytes. */
const maxBodyBytes = 3 * 1024 * 1024;

/** One request and its answer. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly #warnings: string[] = [];

  constructor(request: IncomingMessage, response: ServerResponse, path: string, query: URLSearchParams) {
    this.request = request;
    this.response = response;
    this.path = path;
    this.query = query;
  }

  get method(): string {
    return this.request.method ?? 'GET';
  }

  /** Text for a `Warning` header; each once. */
  readonly warn = (text: string): void => {
    if (!this.#warnings.includes(text)) this.#warnings.push(text);
  };

  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(',') : value;
  }

  json(code: number, body: object | string, contentType = 'application/json'): void {
    this.text(code, typeof body === 'string' ? body : JSON.stringify(body), contentType);
  }

  text(code: number, body: string | Buffer, contentType = 'text/plain; charset=utf-8'): void {
    if (this.response.headersSent || this.response.destroyed) return;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    this.#writeWarnings();
    this.response.writeHead(code, {
      'Content-Type': contentType,
      'Content-Length': bytes.length,
      'Cache-Control': 'no-cache, private',
    });
    this.response.end(this.method === 'HEAD' ? undefined : bytes);
    // What still comes of a body is read and dropped, so that the next request on the connection is found.
    if (!this.request.complete) setImmediate(() => this.request.resume());
  }

  status(status: Status): void {
    const { retryAfterSeconds } = status.details ?? {};
    if (retryAfterSeconds !== undefined) this.response.setHeader('Retry-After', String(retryAfterSeconds));
    // Some errors have no reason; then the field is not there at all.
    const { reason, ...rest } = status;
    this.json(status.code, reason === '' ? rest : status);
  }

  /** The whole body; 413 when it is larger than the API server takes. */
  async body(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    // Destroyed, it would take the connection along, and with it the answer.
    for await (const chunk of this.request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBodyBytes) {
        throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${maxBodyBytes}`);
      }
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks, length);
    requireShallow(body);
    return body;
  }

  // Code 299 and no agent: k8s.io/apimachinery/pkg/util/net, NewWarningHeader.
  #writeWarnings(): void {
    if (this.#warnings.length === 0) return;
    this.response.setHeader(
      'Warning',
      this.#warnings.map((text) => `299 - "${toHeader(text)}"`),
    );
  }
}

/** No object nests deeper; a text that does would exhaust the stack of whatever walks it. */
const maxDepth = 500;

/** 400 for JSON, or YAML in the form of JSON, that nests without end. */
function requireShallow(body: Buffer): void {
  let depth = 0;
  let isText = false;
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index];
    if (isText) {
      if (byte === 0x5c) index += 1;
      else if (byte === 0x22) isText = false;
    } else if (byte === 0x22) isText = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > maxDepth) throw new StatusError(400, 'BadRequest', 'json: exceeded max depth');
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
}

const toHeader = (text: string) =>
  text.replace(/[\\"]/g, (character) => `\\${character}`).replace(/[^\x20-\x7e]/g, '?');
