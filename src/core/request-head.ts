import { NetworkError } from './errors.ts';

/** The head of a request: everything before its body. */
export interface RequestHead {
  /** As sent, usually upper case. */
  readonly method: string;
  /** The request target as sent, query included; visible ASCII only. */
  readonly target: string;
  /** The target's path, percent-decoded once. Begins with a slash (or is `*`), has no `.` or `..` segments. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly version: 'HTTP/1.0' | 'HTTP/1.1' | 'ICE/1.0';
  /**
   * Values by lower-case name, bytes as Latin-1, without surrounding blanks; of names that come more than once
   * the values are joined by a comma and a blank.
   */
  readonly headers: ReadonlyMap<string, string>;
  /** Length of the head: the body begins here. */
  readonly headBytes: number;
}

/** Longest head there may be, in bytes. */
export const MAX_HEAD_BYTES = 16 * 1024;
const MAX_HEADERS = 100;

const LF = 10;
const CR = 13;

// Neither CR LF nor a tab: what may stand nowhere in a head. A CR that no LF follows is refused as well.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n|$)/;
const METHOD_START = /^[A-Za-z-]{0,20}(?: |$)/;
const REQUEST_LINE = /^([A-Za-z-]{1,20}) ([\x21-\x7e]+) (HTTP\/1\.[01]|ICE\/1\.0)$/;
const ABSOLUTE_FORM = /^https?:\/\/[^/?#@]+/i;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const CONTROL = /[\x00-\x1f\x7f]/;
const ENCODED_SEPARATOR = /%(?:2f|5c)/i;
const DOT_SEGMENT = /(?:^|[/\\])\.\.?(?:[/\\]|$)/;

/** Headers that mean something else when they come twice: two readers could disagree on which one counts. */
const ONCE = new Set(['host', 'content-length', 'transfer-encoding', 'authorization', 'content-type', 'expect']);

/**
 * Parses the head of an HTTP/1.0, HTTP/1.1 or ICE/1.0 request (RFC 9112, and `SOURCE /x ICE/1.0` as old source
 * clients say it). Strict, since two readers that understand a request differently are how it gets past one
 * of them; lenient in two things that old clients need: lines may end in LF alone, and HTTP/1.1 may lack Host.
 *
 * @param bytes what has come so far; what follows the head is not looked at.
 * @returns undefined while the head is incomplete and could still become a good one.
 * @throws NetworkError `http.head-too-large` for more than MAX_HEAD_BYTES or 100 headers, `http.bad-request`
 *   for anything malformed, as soon as it shows. Messages never hold the values of headers.
 */
export function parseRequestHead(bytes: Buffer): RequestHead | undefined {
  const start = skipEmptyLine(bytes);
  const end = findEnd(bytes, start);
  const length = end ?? bytes.length;
  // What is no request at all should be told so, even when it is long.
  const text = bytes.toString('latin1', start, Math.min(length, MAX_HEAD_BYTES));
  if (FORBIDDEN.test(text)) throw bad('The request head has control characters in it');
  if (!METHOD_START.test(firstLine(text))) throw bad('The request does not begin with a method');
  if (length > MAX_HEAD_BYTES) throw tooLarge(`The request head has more than ${MAX_HEAD_BYTES} bytes`);
  if (end === undefined) return undefined;

  const [requestLine = '', ...lines] = text.replace(/(?:\r?\n){2}$/, '').split(/\r?\n/);
  const match = REQUEST_LINE.exec(requestLine);
  if (match === null) throw bad('The request line is not METHOD TARGET HTTP/1.x');
  const [, method = '', target = '', version] = match;
  const { path, query } = parseTarget(method, target);
  return {
    method,
    target,
    path,
    query,
    version: version as RequestHead['version'],
    headers: parseHeaders(lines),
    headBytes: end,
  };
}

function parseTarget(method: string, target: string): { path: string; query: URLSearchParams } {
  if (target === '*' && method === 'OPTIONS') return { path: '*', query: new URLSearchParams() };
  const local = target.replace(ABSOLUTE_FORM, '') || '/';
  const mark = local.indexOf('?');
  const encoded = mark === -1 ? local : local.slice(0, mark);
  if (local.includes('#')) throw bad('The request target has a fragment');
  if (encoded !== '' && !encoded.startsWith('/')) throw bad('The request target does not begin with a slash');
  // An encoded slash would become a separator that whoever looked at the target before did not see.
  if (ENCODED_SEPARATOR.test(encoded)) throw bad('The path has an encoded slash in it');
  const path = decode(encoded === '' ? '/' : encoded);
  if (CONTROL.test(path)) throw bad('The path has control characters in it');
  if (DOT_SEGMENT.test(path)) throw bad('The path has a "." or ".." segment');
  return { path, query: new URLSearchParams(mark === -1 ? '' : local.slice(mark + 1)) };
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch (cause) {
    throw bad('The path is not percent-encoded UTF-8', cause);
  }
}

function parseHeaders(lines: readonly string[]): Map<string, string> {
  if (lines.length > MAX_HEADERS) throw tooLarge(`The request has more than ${MAX_HEADERS} headers`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (!HEADER_NAME.test(name)) throw bad('A header line is not "name: value" (folded, or a blank before the colon?)');
    const value = trimBlanks(line.slice(colon + 1));
    const before = headers.get(name);
    if (before !== undefined && ONCE.has(name)) throw bad(`The header ${name} comes more than once`);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  const length = headers.get('content-length');
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw bad('Content-Length is not a number');
  if (length !== undefined && headers.has('transfer-encoding')) {
    throw bad('Content-Length and Transfer-Encoding exclude each other');
  }
  return headers;
}

/** Not String.trim, which takes more than blanks and tabs off; nor a pattern, which is slow on many blanks. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** A client may send one empty line too many after its last request (RFC 9112, 2.2). */
function skipEmptyLine(bytes: Buffer): number {
  if (bytes[0] === LF) return 1;
  return bytes[0] === CR && bytes[1] === LF ? 2 : 0;
}

/** Where the body begins: after the first empty line. */
function findEnd(bytes: Buffer, start: number): number | undefined {
  for (let at = bytes.indexOf(LF, start); at !== -1 && at < MAX_HEAD_BYTES; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return undefined;
}

function firstLine(text: string): string {
  const end = text.search(/[\r\n]/);
  return end === -1 ? text : text.slice(0, end);
}

function bad(message: string, cause?: unknown): NetworkError {
  return new NetworkError('http.bad-request', message, {
    remedy: 'Send a plain HTTP/1.0 or HTTP/1.1 request; this port speaks no TLS.',
    cause,
  });
}

function tooLarge(message: string): NetworkError {
  return new NetworkError('http.head-too-large', message, { remedy: 'Send a shorter URL and fewer headers.' });
}
