import { copyFileSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Clock } from '../core/clock.ts';
import type { PcmBlock } from '../core/pcm.ts';
import { until } from '../testkit/until.ts';
import { collect, failureOf, makeTone, TestContext, tempDir } from './capture.testing.ts';
import { PlaylistSource } from './playlist-source.ts';

const test = suite('playlist-source');

/** Time that passes as fast as it is waited for, so that tracks play at once. */
class HurriedClock implements Clock {
  #us = 1_000_000;
  nowUs(): number {
    return this.#us;
  }
  after(ms: number, fn: () => void) {
    const handle = setImmediate(() => {
      this.#us += ms * 1000;
      fn();
    });
    return { cancel: () => clearImmediate(handle) };
  }
}

class HurriedContext extends TestContext {
  override readonly clock = new HurriedClock() as never;
}

function playlistOf(directory: string, context = new HurriedContext(1), shuffle = false) {
  return {
    context,
    source: new PlaylistSource({ type: 'playlist', directory, shuffle, extensions: ['.mp3', '.ogg'] }, context),
  };
}

/** Files below `directory` that this process has open. */
function openFiles(directory: string): string[] {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return links.filter((path) => path.startsWith(directory));
}

test('tracks follow each other in order, without a gap, with their titles or names', async () => {
  using dir = tempDir();
  makeTone(dir.file('1 first.mp3'), 2, '-metadata', 'title=Dawn', '-metadata', 'artist=Parus major');
  makeTone(dir.file('2 second.ogg'), 2, '-c:a', 'libvorbis');
  makeTone(dir.file('3 third.mp3'), 2);
  writeFileSync(dir.file('notes.txt'), 'not a track');
  const { context, source } = playlistOf(dir.file(''));
  const heard = await collect(source.read(new AbortController().signal), 6.5);
  const titles = context.metadata.map(({ title, artist }) => `${artist}/${title}`);
  assert.equal(titles.slice(0, 3), ['Parus major/Dawn', '/2 second', '/3 third']);
  // A tone of 1 kHz goes on everywhere: no 5 ms are silent.
  let quiet = 0;
  for (let at = 0; at + 240 < heard.samples.length; at += 240) {
    const peak = heard.samples.subarray(at, at + 240).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    quiet += peak < 2_000 ? 1 : 0;
  }
  assert.ok(quiet <= 3, `${quiet * 5} ms are silent`);
});

test('broken files are left out, said once, and tried again when they have changed', async () => {
  using dir = tempDir();
  makeTone(dir.file('a.mp3'), 1);
  writeFileSync(dir.file('b.mp3'), 'no sound at all, just text that goes on for a while '.repeat(100));
  writeFileSync(dir.file('c.mp3'), '');
  makeTone(dir.file('d.mp3'), 1);
  const { context, source } = playlistOf(dir.file(''));
  const stop = new AbortController();
  const titles = () => context.metadata.map(({ title }) => title);
  let seconds = 0;
  for await (const block of source.read(stop.signal)) {
    seconds += block.samples.length / 48_000;
    if (seconds > 4 && seconds < 4.1) {
      makeTone(dir.file('b.mp3'), 1);
    }
    if (titles().includes('b') || seconds > 30) stop.abort();
  }
  assert.equal(titles().slice(0, 4), ['a', 'd', 'a', 'd']);
  assert.ok(titles().includes('b'));
  assert.is(context.log.messages('warning').filter((line) => line.includes('b.mp3')).length, 1);
  assert.is(context.log.messages('warning').filter((line) => line.includes('c.mp3')).length, 1);
});

test('an empty directory and a missing one are told, and playing goes on when there is something', async () => {
  using dir = tempDir();
  const music = dir.file('music');
  const { source } = playlistOf(music);
  const read = () => source.read(new AbortController().signal);
  assert.is((await failureOf(read())).code, 'capture.playlist-gone');
  mkdirSync(music);
  assert.is((await failureOf(read())).code, 'capture.playlist-empty');
  makeTone(join(music, 'a.mp3'), 1);
  assert.ok((await collect(read(), 0.5)).seconds >= 0.5);
});

test('a directory that vanishes while it plays ends with a reason, after what was open', async () => {
  using dir = tempDir();
  const music = dir.file('music');
  mkdirSync(music);
  makeTone(join(music, 'a.mp3'), 2);
  const { source } = playlistOf(music);
  const blocks: AsyncGenerator<PcmBlock> = source.read(new AbortController().signal);
  await blocks.next();
  renameSync(music, dir.file('elsewhere'));
  assert.is((await failureOf(blocks)).code, 'capture.playlist-gone');
  rmSync(dir.file('elsewhere'), { recursive: true });
});

test('whoever stops in the middle of a track leaves no file open', async () => {
  using dir = tempDir();
  makeTone(dir.file('a.mp3'), 3);
  makeTone(dir.file('b.mp3'), 3);
  for (const how of ['break', 'abort']) {
    for (const seconds of [0.1, 2]) {
      const { source } = playlistOf(dir.file(''));
      const stop = new AbortController();
      let heard = 0;
      for await (const block of source.read(stop.signal)) {
        heard += block.samples.length / 48_000;
        if (heard < seconds) continue;
        if (how === 'break') break;
        stop.abort();
      }
      // Hurried time passes over the moment that FFmpeg is given to close.
      await until(`no file is open, ${how} after ${seconds} s`, () => openFiles(dir.file('')).length === 0, 5_000);
    }
  }
});

test('a track that is new is found by itself', async () => {
  using dir = tempDir();
  makeTone(dir.file('a.mp3'), 1);
  const { context, source } = playlistOf(dir.file(''));
  const stop = new AbortController();
  let seconds = 0;
  let isAdded = false;
  for await (const block of source.read(stop.signal)) {
    seconds += block.samples.length / 48_000;
    if (!isAdded && seconds > 0.5) {
      isAdded = true;
      copyFileSync(dir.file('a.mp3'), dir.file('b.mp3'));
    }
    if (context.metadata.some(({ title }) => title === 'b') || seconds > 20) stop.abort();
  }
  assert.ok(context.metadata.some(({ title }) => title === 'b'));
});

test.run();
