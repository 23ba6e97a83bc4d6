import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { createListeners, type Handler } from '../../../src/rehearsal/http/server.ts';

/** Asks the handler as the server would, past TLS and the parser of HTTP. */
export function directRequests(handler: Handler) {
  const token = 'a-token-of-tests';
  const { onRequest } = createListeners(handler, { token, port: 443 });
  return (
    method: string,
    path: string,
    { body, headers }: { body?: string; headers: Record<string, string> },
  ): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const request = new IncomingMessage(new Socket());
      request.method = method;
      request.url = path;
      request.httpVersion = '1.1';
      request.httpVersionMajor = 1;
      request.httpVersionMinor = 1;
      request.complete = true;
      request.headers = { host: 'localhost:443', authorization: `Bearer ${token}`, ...headers };
      if (body !== undefined) request.push(body);
      request.push(null);
      const chunks: Buffer[] = [];
      const wire = new Writable({
        write(chunk: Buffer, _encoding, done) {
          chunks.push(chunk);
          done();
        },
      });
      const response = new ServerResponse(request);
      response.assignSocket(wire as never);
      response.on('finish', () => resolve({ status: response.statusCode, text: textOf(Buffer.concat(chunks)) }));
      response.on('error', reject);
      onRequest(request, response);
    });
}

/** The body of an answer: what stands behind its headers, in one piece or in chunks. */
function textOf(wire: Buffer): string {
  const end = wire.indexOf('\r\n\r\n');
  const head = wire.subarray(0, end).toString('latin1');
  let rest = wire.subarray(end + 4);
  if (!/^transfer-encoding: chunked$/im.test(head)) return rest.toString();
  const parts: Buffer[] = [];
  for (;;) {
    const line = rest.indexOf('\r\n');
    const length = line === -1 ? 0 : Number.parseInt(rest.subarray(0, line).toString('latin1'), 16);
    if (length === 0) return Buffer.concat(parts).toString();
    parts.push(rest.subarray(line + 2, line + 2 + length));
    rest = rest.subarray(line + 2 + length + 2);
  }
}
