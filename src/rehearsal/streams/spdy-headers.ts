import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

/** The dictionary of the SPDY/3 draft, section 2.6.10.1: names with their lengths, then common values in one piece. */
const words =
  'options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow ' +
  'authorization cache-control connection content-base content-encoding content-language content-length content-location ' +
  'content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match ' +
  'if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range ' +
  'referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get ' +
  'status 200_OK version HTTP/1.1 url public set-cookie keep-alive origin';
const values =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505' +
  '203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden' +
  '404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable' +
  'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT' +
  'chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,' +
  'publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.';
/** For whoever speaks to it. */
export const spdyDictionary = Buffer.concat([
  ...words.split(' ').map((word) => withLength(word.replace('_', ' '))),
  Buffer.from(values),
]);

/** RFC 1950: deflate with a window of 32 KiB and a dictionary, then the Adler-32 of that dictionary. */
const zlibHead = Buffer.from([0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2]);
/** How far back a block may refer. */
const windowSize = 32 * 1024;
const maxHeaders = 64 * 1024;

/** Names in lower case. */
export type SpdyHeaders = Readonly<Record<string, string>>;

/**
 * All header blocks of a connection are one zlib stream, flushed after each block. A block that follows a flush begins at a
 * byte and refers at most to the last 32 KiB of what came before: so each is read by itself, with those as its dictionary.
 */
export class HeaderReader {
  #before: Buffer = spdyDictionary;
  #isFirst = true;

  /** Throws for bytes that are no header block; then nothing can be read any more. */
  read(block: Buffer): SpdyHeaders {
    if (this.#isFirst && !block.subarray(2, 6).equals(zlibHead.subarray(2))) throw new Error('unknown dictionary');
    const body = this.#isFirst ? block.subarray(zlibHead.length) : block;
    this.#isFirst = false;
    const text = inflateRawSync(body, {
      dictionary: this.#before,
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: maxHeaders,
    });
    this.#before = last(this.#before, text);
    return parse(text);
  }
}

/** The writing side of the same. */
export class HeaderWriter {
  #before: Buffer = spdyDictionary;
  #isFirst = true;

  write(headers: SpdyHeaders): Buffer {
    const entries = Object.entries(headers);
    const text = Buffer.concat([number(entries.length), ...entries.flat().map(withLength)]);
    const body = deflateRawSync(text, { dictionary: this.#before, finishFlush: constants.Z_SYNC_FLUSH });
    this.#before = last(this.#before, text);
    const block = this.#isFirst ? Buffer.concat([zlibHead, body]) : body;
    this.#isFirst = false;
    return block;
  }
}

const last = (before: Buffer, text: Buffer) => Buffer.concat([before, text]).subarray(-windowSize);

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function withLength(text: string): Buffer {
  return Buffer.concat([number(Buffer.byteLength(text)), Buffer.from(text)]);
}

function parse(text: Buffer): SpdyHeaders {
  let at = 0;
  const next = () => {
    const size = text.readUInt32BE(at);
    if (at + 4 + size > text.length) throw new Error('a header is longer than its block');
    at += 4 + size;
    return text.toString('latin1', at - size, at);
  };
  const headers: Record<string, string> = {};
  let pairs = text.readUInt32BE(0);
  at = 4;
  for (; pairs > 0; pairs -= 1) {
    const name = next().toLowerCase();
    headers[name] = next();
  }
  return headers;
}
