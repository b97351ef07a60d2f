import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nearestRung } from '../core/rung.ts';
import { codedNumber } from './flac-stamper.ts';
import { framingFor } from './framing.ts';

const test = suite('framing');
const dir = mkdtempSync(join(tmpdir(), 'pipit-framing-'));
test.after(() => rmSync(dir, { recursive: true }));

function ffmpeg(...args: string[]): string {
  const run = spawnSync('ffmpeg', ['-hide_banner', '-v', 'error', '-y', ...args], { encoding: 'utf8', cwd: dir });
  assert.is(run.status, 0, run.stderr);
  return run.stderr;
}

/** Decodes the bytes and returns what FFmpeg complained of, and the seconds of sound. */
function decode(name: string, bytes: Uint8Array): { complaints: string; seconds: number } {
  writeFileSync(join(dir, name), bytes);
  const complaints = ffmpeg('-xerror', '-i', name, '-f', 's16le', '-ar', '48000', '-ac', '1', `${name}.pcm`);
  return { complaints, seconds: readFileSync(join(dir, `${name}.pcm`)).length / 96_000 };
}

/** Opus packets of an Ogg file: those of its third page and later. */
function opusPackets(file: Buffer): { head: Buffer; packets: Buffer[] } {
  const packets: Buffer[] = [];
  const part: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const count = file[at + 26] as number;
    const laces = file.subarray(at + 27, at + 27 + count);
    let data = at + 27 + count;
    for (const lace of laces) {
      part.push(file.subarray(data, data + lace));
      data += lace;
      if (lace < 255) packets.push(Buffer.concat(part.splice(0)));
    }
    at = data;
  }
  return { head: packets[0] as Buffer, packets: packets.slice(2) };
}

test('Opus pages decode from the start, from the middle, and across a new encoder', () => {
  ffmpeg('-f', 'lavfi', '-i', 'sine=440:r=48000:d=5', '-c:a', 'libopus', '-b:a', '96k', 'in.opus');
  const { head, packets } = opusPackets(readFileSync(join(dir, 'in.opus')));
  const framing = framingFor('opus', 4711);
  const rung = nearestRung('opus', 128);
  assert.is(framing.header, undefined);
  const pages: Buffer[] = [];
  for (let round = 0; round < 2; round += 1) {
    framing.configure(head);
    packets.forEach((data, i) => {
      const unit = framing.frame({
        rung,
        ptsUs: (round * packets.length + i) * 20_000,
        durationUs: 20_000,
        sync: true,
        data,
      });
      if (unit !== undefined) pages.push(Buffer.from(unit.bytes));
    });
  }
  const header = framing.header as Uint8Array;
  const whole = decode('whole.opus', Buffer.concat([header, ...pages]));
  assert.is(whole.complaints, '');
  assert.ok(Math.abs(whole.seconds - 10) < 0.2, `${whole.seconds} s`);
  const late = decode('late.opus', Buffer.concat([header, ...pages.slice(30)]));
  assert.is(late.complaints, '');
  assert.ok(late.seconds > 6 && late.seconds < 7.3, `${late.seconds} s`);
});

test('a page tells when its sound starts and how long it lasts', () => {
  const framing = framingFor('opus', 1);
  const rung = nearestRung('opus', 128);
  const units = Array.from({ length: 11 }, (_, i) =>
    framing.frame({ rung, ptsUs: 5_000_000 + i * 20_000, durationUs: 20_000, sync: true, data: new Uint8Array(160) }),
  ).filter((unit) => unit !== undefined);
  assert.equal(
    units.map(({ ptsUs, durationUs, sync }) => [ptsUs, durationUs, sync]),
    [
      [5_000_000, 100_000, true],
      [5_100_000, 100_000, true],
    ],
  );
});

test('a page that was not full when the rung stopped is not continued when it starts again', () => {
  const framing = framingFor('opus', 1);
  const rung = nearestRung('opus', 128);
  const send = (fromUs: number, count: number) =>
    Array.from({ length: count }, (_, i) =>
      framing.frame({ rung, ptsUs: fromUs + i * 20_000, durationUs: 20_000, sync: true, data: new Uint8Array(100) }),
    ).filter((unit) => unit !== undefined);
  assert.is(send(0, 3).length, 0);
  assert.equal(
    send(60_000_000, 5).map(({ ptsUs, durationUs }) => [ptsUs, durationUs]),
    [[60_000_000, 100_000]],
  );
});

test('packets of any size fit, those of whole laces too', () => {
  const framing = framingFor('opus', 1);
  const rung = nearestRung('opus', 320);
  const sizes = [0, 1, 254, 255, 256, 510, 1_275];
  const bytes: Buffer[] = [];
  for (let i = 0; i < 70; i += 1) {
    const data = new Uint8Array(sizes[i % sizes.length] as number).fill(i);
    const unit = framing.frame({ rung, ptsUs: i * 20_000, durationUs: 20_000, sync: true, data });
    if (unit !== undefined) bytes.push(Buffer.from(unit.bytes));
  }
  const back = opusPackets(Buffer.concat(bytes));
  assert.equal(
    [back.head.length, ...back.packets.map(({ length }) => length)],
    Array.from({ length: 70 }, (_, i) => sizes[i % sizes.length]).filter((_, i) => i !== 1),
  );
});

/** Frames of a FLAC file: cut where a frame header with a right number follows. */
function flacFrames(file: Buffer): { info: Buffer; frames: Buffer[] } {
  let at = 4;
  for (let last = false; !last; ) {
    last = ((file[at] as number) & 0x80) !== 0;
    at += 4 + file.readUIntBE(at + 1, 3);
  }
  const frames: Buffer[] = [];
  const body = file.subarray(at);
  let start = 0;
  for (let number = 1; ; number += 1) {
    const mark = Buffer.from([0xff, 0xf8, body[2] as number, body[3] as number, ...codedNumber(number)]);
    const next = body.indexOf(mark, start + 6);
    frames.push(body.subarray(start, next === -1 ? body.length : next));
    if (next === -1) break;
    start = next;
  }
  return { info: file.subarray(8, 42), frames };
}

test('FLAC frames decode from the middle and across encoders of different block size', () => {
  const framing = framingFor('flac', 0);
  const rung = nearestRung('flac', 0);
  const out: Buffer[] = [];
  for (const size of [4608, 1024, 4608]) {
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'anoisesrc=d=2:a=0.1:r=48000',
      '-ac',
      '2',
      '-c:a',
      'flac',
      '-frame_size',
      `${size}`,
      'in.flac',
    );
    const { info, frames } = flacFrames(readFileSync(join(dir, 'in.flac')));
    framing.configure(info);
    // The last frame is a short one of its own block size, as no encoder of a live stream makes.
    for (const data of frames.slice(0, -1)) {
      const unit = framing.frame({ rung, ptsUs: 0, durationUs: (size * 1e6) / 48_000, sync: true, data });
      out.push(Buffer.from(unit?.bytes as Uint8Array));
    }
  }
  const header = framing.header as Uint8Array;
  const whole = decode('whole.flac', Buffer.concat([header, ...out]));
  assert.is(whole.complaints, '');
  assert.ok(Math.abs(whole.seconds - 5.8) < 0.2, `${whole.seconds} s`);
  const late = decode('late.flac', Buffer.concat([header, ...out.slice(10)]));
  assert.is(late.complaints, '');
  assert.ok(late.seconds > 4.5 && late.seconds < 5.3, `${late.seconds} s`);
});

test('numbers are coded as UTF-8 codes them, and on beyond', () => {
  for (const value of [0, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff]) {
    const isSurrogate = value >= 0xd800 && value <= 0xdfff;
    if (!isSurrogate) assert.equal(codedNumber(value), [...Buffer.from(String.fromCodePoint(value))]);
  }
  assert.is(codedNumber(2 ** 31 - 1).length, 6);
  assert.equal(codedNumber(2 ** 36 - 1), [0xfe, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf]);
});

test('MP3 and AAC go as they are', () => {
  const framing = framingFor('mp3', 0);
  const data = Uint8Array.of(1, 2, 3);
  const unit = framing.frame({ rung: nearestRung('mp3', 128), ptsUs: 1, durationUs: 2, sync: true, data });
  assert.is(unit?.bytes, data);
  assert.is(framing.header, undefined);
});

test.run();
