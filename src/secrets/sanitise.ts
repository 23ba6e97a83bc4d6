/**
 * Makes text from outside (cluster, logs, recipes, tools) safe to draw: no escape sequence, control character,
 * bidirectional override or invisible formatter reaches a terminal. Ink filters some of these, in each version others.
 */
export function sanitise(text: string): string {
  return text.replace(escapeSequences, '').replace(lineBreaks, '\n').replace(unprintable, '');
}

/** One line: line breaks and tabs become a space. */
export function sanitiseLine(text: string): string {
  return sanitise(text)
    .replace(/[\n\t]+/g, ' ')
    .trimEnd();
}

// ECMA-48: CSI (also as C1 U+009B), OSC/DCS/APC/PM/SOS strings up to their terminator or the end of the line, two-byte escapes.
const escapeSequences =
  // eslint-disable-next-line no-control-regex
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;
// A bare carriage return is how progress bars repaint a line.
const lineBreaks = /\r\n?|\u2028|\u2029/g;
const unprintable =
  // The last: tags (U+E0000 to U+E007F), which hold text that nobody sees, as their pairs of surrogates.
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;
