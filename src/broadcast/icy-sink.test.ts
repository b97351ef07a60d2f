import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { IcySink, IcyTitle } from './icy-sink.ts';
import type { GatheringSink } from './sink.ts';

const test = suite('icy-sink');

class Recorder implements GatheringSink {
  onDrain = (): void => {};
  onClose = (): void => {};
  readonly parts: Uint8Array[] = [];
  write(bytes: Uint8Array): boolean {
    this.parts.push(Uint8Array.from(bytes));
    return true;
  }
  writeAll(parts: readonly Uint8Array[]): boolean {
    for (const part of parts) this.write(part);
    return true;
  }
  close(): void {}
}

/** Takes a stream apart as a player does. */
function player(bytes: Uint8Array, interval: number): { media: number[]; titles: string[] } {
  const media: number[] = [];
  const titles: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    media.push(...bytes.subarray(at, at + interval));
    at += interval;
    if (at >= bytes.length) break;
    const length = (bytes[at] as number) * 16;
    if (length > 0)
      titles.push(
        Buffer.from(bytes.subarray(at + 1, at + 1 + length))
          .toString()
          .replace(/\0+$/, ''),
      );
    at += 1 + length;
  }
  return { media, titles };
}

test('a player gets the media unchanged and each title once, however the writes fall', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.array(fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.string({ minLength: 1, maxLength: 40 })), {
        maxLength: 40,
      }),
      (interval, steps) => {
        const recorder = new Recorder();
        const title = new IcyTitle();
        const sink = new IcySink(recorder, title, interval);
        let sent = 0;
        let last = '';
        let written = 0;
        const expected: string[] = [];
        const pending: string[] = [];
        for (const step of steps) {
          if (typeof step === 'string') {
            title.set({ title: step, artist: '' });
            last = `StreamTitle='${step.replaceAll("'", '\u2019')}';`;
            pending.length = 0;
            pending.push(last);
          } else {
            const bytes = Uint8Array.from({ length: step }, () => sent++ & 0xff);
            written += step;
            sink.write(bytes);
            const due = Math.floor(written / interval) > Math.floor((written - step) / interval);
            if (due) expected.push(...pending.splice(0));
          }
        }
        const heard = player(Buffer.concat(recorder.parts), interval);
        assert.equal(
          heard.media,
          Array.from({ length: sent }, (_, i) => i & 0xff),
        );
        // A trailing NUL of a title cannot be told from padding.
        assert.equal(
          heard.titles,
          expected.map((text) => text.replace(/\0+$/, '')),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test('artist and title stand in one line, and a quotation mark cannot end it', () => {
  const title = new IcyTitle();
  title.set({ artist: "Guns N' Roses", title: "Don't; Cry" });
  assert.match(Buffer.from(title.block).toString(), "StreamTitle='Guns N\u2019 Roses - Don\u2019t; Cry';");
});

test('a title longer than a block can hold is cut', () => {
  const title = new IcyTitle();
  title.set({ artist: '', title: '\u20ac'.repeat(5_000) });
  assert.ok(title.block.length <= 1 + 255 * 16);
  assert.match(Buffer.from(title.block).toString(), /';\0*$/);
});

test('no title sends empty blocks', () => {
  const recorder = new Recorder();
  new IcySink(recorder, new IcyTitle(), 4).write(Uint8Array.of(1, 2, 3, 4, 5));
  assert.equal([...Buffer.concat(recorder.parts)], [1, 2, 3, 4, 0, 5]);
});

test.run();
