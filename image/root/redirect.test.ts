import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('redirect of port 80');

const SCRIPT = join(import.meta.dirname, 'files/usr/lib/pipit-image/redirect');

/** What it answers to these lines, from that address. */
function answer(lines: readonly string[], address = '192.168.1.20'): string {
  const { stdout, status } = spawnSync('/bin/sh', [SCRIPT], {
    input: lines.map((line) => `${line}\r\n`).join(''),
    env: { REMOTE_ADDR: address },
    encoding: 'utf8',
    timeout: 5_000,
  });
  assert.is(status, 0);
  return stdout;
}

const locationOf = (host: string): string | undefined =>
  /\r\nLocation: (.*)\r\n/.exec(answer(['GET /x HTTP/1.1', 'Accept: */*', `Host: ${host}`, '', 'more']))?.[1];

test('it leads to the same machine, at the port of the page', () => {
  assert.is(locationOf('pipit.local'), 'http://pipit.local:8001/');
  assert.is(locationOf('192.168.1.7:80'), 'http://192.168.1.7:8001/');
  assert.is(locationOf('[fe80::1]'), 'http://[fe80::1]:8001/');
  assert.match(answer(['GET / HTTP/1.0', '']), 'Location: http://pipit.local:8001/');
  assert.match(
    answer(['GET / HTTP/1.1', 'hOST: pipit-2.local', '']),
    /^HTTP\/1\.1 302 Found\r\nLocation: http:\/\/pipit-2/,
  );
});

test('a header that is none goes nowhere else', () => {
  for (const host of ['a/b', 'a"b', '$(reboot)', '`id`', 'a b', '%0d%0a', '*', "'"]) {
    assert.match(locationOf(host) ?? '', /^http:\/\/(?:pipit\.local|a):8001\/$/, host);
  }
  assert.match(answer(['GET / HTTP/1.1', ...Array(150).fill('X: y'), 'Host: late', '']), 'pipit.local');
});

test('who sends nothing gets nothing', () => {
  assert.is(answer([]), '');
});

test.run();
