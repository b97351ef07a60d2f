import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { violationOf } from './import-rules.ts';
import { readImports } from './read-imports.ts';

const test = suite('import rules');

/** What is wrong with `text` as the source of `from`. */
function check(from: string, text: string): string[] {
  return readImports(from, text).flatMap((found) => violationOf(found) ?? []);
}

function allowed(from: string, text: string): void {
  assert.equal(check(from, text), [], `${from}: ${text}`);
}

function refused(from: string, text: string): void {
  assert.is(check(from, text).length, 1, `${from}: ${text}`);
}

test('every way to import is seen', () => {
  for (const statement of [
    `import { a } from '../web/a.ts';`,
    `import * as a from '../web/a.ts';`,
    `import a, { b } from '../web/a.ts';`,
    `import type { A } from '../web/a.ts';`,
    `import '../web/a.ts';`,
    `import {\n  a,\n  type B,\n} from '../web/a.ts';`,
    `export { a } from '../web/a.ts';`,
    `export * from '../web/a.ts';`,
    `export type { A } from '../web/a.ts';`,
    `const a = await import('../web/a.ts');`,
    `type A = import('../web/a.ts').A;`,
    `const a = require('../web/a.ts');`,
    `const worker = new Worker(new URL('../web/a.ts', import.meta.url));`,
  ]) {
    refused('src/ring/ring.ts', statement);
  }
});

test('several imports of one file are all seen', () => {
  const text = `import { a } from 'hono';\nimport { b } from '../core/clock.ts';\nimport type { C } from 'pino';\n`;
  assert.is(check('src/ring/ring.ts', text).length, 2);
});

test('data rooms import core and themselves', () => {
  for (const room of ['capture', 'encode', 'ring', 'mount', 'broadcast', 'ingest', 'outputs', 'frames', 'worker']) {
    allowed(`src/${room}/a.ts`, `import { b } from '../core/clock.ts'; `);
    allowed(`src/${room}/a.ts`, `import { b } from './b.ts';`);
    allowed(`src/${room}/a.ts`, `import { b } from 'node:net';`);
    for (const control of ['quality', 'telemetry', 'history', 'hardware', 'web', 'config', 'testkit']) {
      refused(`src/${room}/a.ts`, `import { b } from '../${control}/b.ts';`);
    }
  }
  refused('src/ring/a.ts', `import { b } from '../broadcast/b.ts';`);
  refused('src/ingest/a.ts', `import { b } from '../mount/b.ts';`);
});

test('what a data room may import besides', () => {
  allowed('src/worker/a.ts', `import { b } from '../capture/b.ts';`);
  allowed('src/mount/a.ts', `import { b } from '../broadcast/b.ts';`);
  allowed('src/outputs/a.ts', `import { b } from '../mount/b.ts';`);
  allowed('src/encode/a.ts', `import type { AudioSource } from '../capture/source.ts';`);
  refused('src/encode/a.ts', `import { AudioSource } from '../capture/source.ts';`);
  refused('src/encode/a.ts', `import type { B } from '../capture/b.ts';`);
});

test('config imports core only, and nobody imports main', () => {
  refused('src/config/a.ts', `import { b } from '../web/b.ts';`);
  refused('src/web/a.ts', `import type { B } from '../config/b.ts';`);
  refused('src/web/a.ts', `import { b } from '../main.ts';`);
  refused('src/mount/a.ts', `import { b } from '../station/station.ts';`);
  refused('src/core/a.ts', `import { b } from '../ring/ring.ts';`);
});

test('main, the station and the commands join the rooms, but import no package', () => {
  allowed('src/main.ts', `import { b } from './web/b.ts';`);
  allowed('src/main.ts', `import { b } from './station/station.ts';`);
  allowed('src/station/station.ts', `import { b } from '../outputs/b.ts';`);
  allowed('src/commands/a-command.ts', `import { b } from '../station/b.ts';`);
  refused('src/station/station.ts', `import { b } from '../commands/a-command.ts';`);
  refused('src/main.ts', `import { b } from 'hono';`);
  refused('src/station/station.ts', `import { b } from 'hono';`);
  refused('src/main.ts', `import { b } from './testkit/fake-clock.ts';`);
});

test('a package is imported where its adapter is', () => {
  allowed('src/capture/ffmpeg-input.ts', `import { Demuxer } from 'node-av/api';`);
  refused('src/capture/file-source.ts', `import { Demuxer } from 'node-av/api';`);
  refused('src/worker/ffmpeg-input.ts', `import { Demuxer } from 'node-av';`);
  allowed('src/web/server.ts', `import { serve } from '@hono/node-server';`);
  refused('src/outputs/server.ts', `import { serve } from '@hono/node-server';`);
  refused('src/web/log.ts', `import pino from 'pino';`);
  refused('src/ring/ring.ts', `import * as v from 'valibot';`);
  refused('src/web/a.ts', `import left from 'left-pad';`);
});

test('tests import what they need', () => {
  allowed('src/ring/ring.test.ts', `import { suite } from 'uvu';\nimport fc from 'fast-check';`);
  allowed('src/ring/ring.test.ts', `import { FakeClock } from '../testkit/fake-clock.ts';`);
  allowed('bench/fan-out.ts', `import { Broadcaster } from '../src/broadcast/broadcaster.ts';`);
  allowed('bench/fan-out.test.ts', `import { suite } from 'uvu';`);
  refused('src/ring/ring.ts', `import { suite } from 'uvu';`);
  refused('src/ring/ring.ts', `import { listeners } from '../../bench/listeners.ts';`);
  allowed('image/system.ts', `import { makeDisk } from './disk/make-disk.ts';`);
  allowed('hardware-tests/box-tests.ts', `import { until } from './until.ts';`);
  allowed('src/commands/self-test-command.ts', `import { selfTest } from '../../hardware-tests/self-test.ts';`);
  refused('src/station/station.ts', `import { selfTest } from '../../hardware-tests/self-test.ts';`);
  refused('src/web/app.ts', `import { selfTest } from '../../hardware-tests/self-test.ts';`);
});

test.run();
