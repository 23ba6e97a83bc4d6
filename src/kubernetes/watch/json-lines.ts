/** The largest line that is taken; etcd keeps objects of 1.5 MB, JSON with its escapes may be some times that. */
const longestLine = 32 * 1024 * 1024;
const lineFeed = 0x0a;

/**
 * Cuts a stream of bytes into lines of JSON. Bytes become text only when a line is whole, so that neither a character nor
 * a line that two chunks share is ever read in part; what stands after the last line feed when the stream ends is dropped.
 * Throws on a line that is no JSON or has no end.
 */
export function jsonLines(onValue: (value: unknown) => void): { push(chunk: Buffer): void } {
  let parts: Buffer[] = [];
  let size = 0;
  const keep = (part: Buffer): void => {
    size += part.length;
    if (size > longestLine) throw new Error(`a watch event has more than ${longestLine} bytes`);
    if (part.length > 0) parts.push(part);
  };
  return {
    push(chunk) {
      let from = 0;
      for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, from)) {
        keep(chunk.subarray(from, end));
        const line = parts.length === 1 ? (parts[0] ?? chunk) : Buffer.concat(parts);
        parts = [];
        size = 0;
        from = end + 1;
        if (line.length > 0) onValue(JSON.parse(line.toString('utf8')));
      }
      keep(chunk.subarray(from));
    },
  };
}
