import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NetworkError } from './errors.ts';
import { MAX_HEAD_BYTES, parseRequestHead, type RequestHead } from './request-head.ts';

const test = suite('parseRequestHead');

function parse(text: string): RequestHead {
  const head = parseRequestHead(Buffer.from(text, 'latin1'));
  assert.ok(head, `incomplete: ${JSON.stringify(text)}`);
  return head;
}

/** The code that a text is refused with; undefined when it is not. */
function refusal(text: string): string | undefined {
  try {
    parseRequestHead(Buffer.from(text, 'latin1'));
    return undefined;
  } catch (error) {
    assert.instance(error, NetworkError);
    return (error as NetworkError).code;
  }
}

test('a request as a player sends it', () => {
  const head = parse(
    'GET /stream?quality=auto&x=%C3%A4 HTTP/1.1\r\nHost: pipit.local:8001\r\nIcy-MetaData: 1\r\n\r\nbody',
  );
  assert.is(head.method, 'GET');
  assert.is(head.target, '/stream?quality=auto&x=%C3%A4');
  assert.is(head.path, '/stream');
  assert.is(head.query.get('quality'), 'auto');
  assert.is(head.query.get('x'), 'ä');
  assert.is(head.version, 'HTTP/1.1');
  assert.equal(
    [...head.headers],
    [
      ['host', 'pipit.local:8001'],
      ['icy-metadata', '1'],
    ],
  );
  assert.is(
    head.headBytes,
    'GET /stream?quality=auto&x=%C3%A4 HTTP/1.1\r\nHost: pipit.local:8001\r\nIcy-MetaData: 1\r\n\r\n'.length,
  );
});

test('a request as an old source client sends it', () => {
  const head = parse('SOURCE /live ICE/1.0\ncontent-type: audio/mpeg\nice-name: \t Tea \t room\t\n\nmedia');
  assert.is(head.version, 'ICE/1.0');
  assert.is(head.headers.get('ice-name'), 'Tea \t room');
  assert.is(head.headBytes, 71);
});

test('a head without headers', () => {
  assert.is(parse('GET / HTTP/1.0\r\n\r\n').headers.size, 0);
});

test('one empty line before the request is skipped, two are not', () => {
  assert.is(parse('\r\nGET / HTTP/1.0\r\n\r\n').headBytes, 20);
  assert.is(refusal('\r\n\r\nGET / HTTP/1.0\r\n\r\n'), 'http.bad-request');
});

test('a proxy may send the absolute form', () => {
  assert.is(parse('GET http://pipit.local:8001/stream?a=1 HTTP/1.1\r\n\r\n').path, '/stream');
  assert.is(parse('GET http://pipit.local HTTP/1.1\r\n\r\n').path, '/');
  assert.is(parse('GET http://pipit.local?a=1 HTTP/1.1\r\n\r\n').query.get('a'), '1');
});

test('OPTIONS may ask about the server as a whole', () => {
  assert.is(parse('OPTIONS * HTTP/1.1\r\n\r\n').path, '*');
  assert.is(refusal('GET * HTTP/1.1\r\n\r\n'), 'http.bad-request');
});

test('the path is decoded once', () => {
  assert.is(parse('GET /a%20b/%2525/%C3%BC HTTP/1.1\r\n\r\n').path, '/a b/%25/ü');
});

test('paths that could mean another place are refused', () => {
  for (const path of [
    '/../etc/passwd',
    '/a/..',
    '/./a',
    '/%2e%2e/a',
    '/a/%2E%2E',
    '/..%2fa',
    '/a%2Fb',
    '/a%5cb',
    '/a\\..\\b',
    '/%00',
    '/a%0d%0a',
    '/%ff',
    '/%C3',
    '/%',
    '/%zz',
    'stream',
    'pipit.local:80',
    '/a#b',
    'http://user@host/a',
    '/a%7f',
  ]) {
    assert.is(refusal(`GET ${path} HTTP/1.1\r\n\r\n`), 'http.bad-request', path);
  }
});

test('names with dots in them are fine', () => {
  assert.is(parse('GET /stream..mp3/.well-known/... HTTP/1.1\r\n\r\n').path, '/stream..mp3/.well-known/...');
});

test('malformed request lines are refused', () => {
  for (const line of [
    'GET /',
    'GET  / HTTP/1.1',
    'GET / HTTP/1.1 ',
    ' GET / HTTP/1.1',
    'GET / HTTP/2.0',
    'GET / HTTP/1.2',
    'GET / http/1.1',
    'G@T / HTTP/1.1',
    'GET /ä HTTP/1.1',
    'GET\t/\tHTTP/1.1',
    'GET / ICY/1.0',
    'GET / HTTP/1.1\rX: 1',
    '{"a":1}',
  ]) {
    assert.is(refusal(`${line}\r\n\r\n`), 'http.bad-request', line);
  }
});

test('malformed headers are refused', () => {
  for (const header of [
    'a b: 1',
    'a : 1',
    ': 1',
    'novalue',
    'a: 1\r\n folded',
    ' a: 1',
    'a: \0',
    'a: \x1b[1m',
    'ä: 1',
    'content-length: -1',
    'content-length: 1e3',
    'content-length: 0x10',
    'content-length:',
    'content-length: 1, 1',
    'content-length: 5\r\ncontent-length: 5',
    'content-length: 5\r\nTransfer-Encoding: chunked',
    'transfer-encoding: chunked\r\ntransfer-encoding: chunked',
    'host: a\r\nHost: b',
  ]) {
    assert.is(refusal(`PUT / HTTP/1.1\r\n${header}\r\n\r\n`), 'http.bad-request', header);
  }
});

test('headers that may be lists are joined', () => {
  assert.is(parse('GET / HTTP/1.1\r\nAccept: a\r\naccept: b\r\n\r\n').headers.get('accept'), 'a, b');
});

test('what cannot become a request is refused before it is complete', () => {
  assert.is(refusal('\x16\x03\x01\x02\x00\x01\x00'), 'http.bad-request', 'TLS');
  assert.is(refusal('SSH-2.0-OpenSSH_9.2p1 Debian'), 'http.bad-request');
  assert.is(refusal('A'.repeat(21)), 'http.bad-request');
  assert.is(refusal('GET / HTTP/1.1\r\nA: \0'), 'http.bad-request');
  assert.is(refusal(`GET /${'a'.repeat(MAX_HEAD_BYTES)}`), 'http.head-too-large');
});

test('a head has at most 16 KiB and 100 headers', () => {
  const head = (padding: number) => `GET / HTTP/1.1\r\nA: ${'a'.repeat(padding)}\r\n\r\n`;
  const room = MAX_HEAD_BYTES - head(0).length;
  assert.is(parse(head(room)).headBytes, MAX_HEAD_BYTES);
  assert.is(refusal(head(room + 1)), 'http.head-too-large');
  assert.is(parse(`GET / HTTP/1.1\r\n${'A: 1\r\n'.repeat(100)}\r\n`).headers.size, 1);
  assert.is(refusal(`GET / HTTP/1.1\r\n${'A: 1\r\n'.repeat(101)}\r\n`), 'http.head-too-large');
});

test('the body after a head is not looked at', () => {
  const head = 'PUT /stream HTTP/1.1\r\n\r\n';
  assert.is(parse(`${head}\0\r\n\r\n${'x'.repeat(2 * MAX_HEAD_BYTES)}`).headBytes, head.length);
});

test('errors never quote the value of a header', () => {
  try {
    parse('PUT / HTTP/1.1\r\nAuthorization: Basic c2VjcmV0\r\nAuthorization: Basic c2VjcmV0\r\n\r\n');
    assert.unreachable();
  } catch (error) {
    assert.not.match((error as NetworkError).message, 'c2VjcmV0');
  }
});

const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,14}$/);
const value = fc.stringMatching(/^[!-~](?:[ -~]{0,20}[!-~])?$/);
const generated = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'PUT', 'SOURCE', 'OPTIONS', 'DELETE'),
  segments: fc.array(fc.stringMatching(/^[^\p{C}/\\.][^\p{C}/\\]{0,8}$/u), { maxLength: 4 }),
  query: fc.array(fc.tuple(token, fc.string({ unit: 'grapheme' })), { maxLength: 4 }),
  version: fc.constantFrom('HTTP/1.0', 'HTTP/1.1', 'ICE/1.0'),
  headers: fc.uniqueArray(
    fc.tuple(
      token.map((name) => `x-${name}`),
      value,
    ),
    { maxLength: 8, selector: ([name]) => name.toLowerCase() },
  ),
  lineEnd: fc.constantFrom('\r\n', '\n'),
});

test('every generated head comes out as it went in, and no part of it is taken for a whole or refused', () => {
  fc.assert(
    fc.property(generated, ({ method, segments, query, version, headers, lineEnd }) => {
      const path = `/${segments.map(encodeURIComponent).join('/')}`;
      const search = new URLSearchParams(query).toString();
      const lines = [`${method} ${path}${search && `?${search}`} ${version}`, ...headers.map(([n, v]) => `${n}: ${v}`)];
      const text = lines.map((line) => line + lineEnd).join('') + lineEnd;

      const head = parse(`${text}body`);
      assert.is(head.method, method);
      assert.is(head.path, `/${segments.join('/')}`);
      assert.equal([...head.query], [...new URLSearchParams(search)]);
      assert.is(head.version, version);
      assert.equal(
        [...head.headers],
        headers.map(([n, v]) => [n.toLowerCase(), v]),
      );
      assert.is(head.headBytes, text.length);
      const bytes = Buffer.from(text, 'latin1');
      for (let length = 0; length < bytes.length; length++)
        assert.is(parseRequestHead(bytes.subarray(0, length)), undefined);
    }),
    { numRuns: 200 },
  );
});

test('whatever comes, it parses, waits or throws a NetworkError', () => {
  const fragment = fc.oneof(
    fc.constantFrom(
      'GET ',
      '/',
      '..',
      '%2e',
      '%00',
      '?',
      ' HTTP/1.1',
      '\r\n',
      '\n',
      '\r',
      ':',
      ' ',
      '\t',
      'Content-Length',
      '1',
    ),
    fc.string(),
    fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  );
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 20 }), (fragments) => {
      refusal(fragments.join(''));
    }),
    { numRuns: 2000 },
  );
});

test('what is refused stays refused when more comes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('GET / HTTP/1.1', '\r\n', '\n', 'a: 1', ' ', '\r', '\0', 'ä'), { maxLength: 8 }),
      fc.string(),
      (parts, more) => {
        const text = parts.join('');
        if (refusal(text) !== undefined) assert.ok(refusal(text + more) !== undefined, JSON.stringify([text, more]));
      },
    ),
    { numRuns: 1000 },
  );
});

test.run();
