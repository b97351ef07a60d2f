import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { QUALITY_MODES } from '../core/quality-level.ts';
import { BodyProblem, readDeviceChange, readHint, readPreferences } from './quick-sync-body.ts';

const test = suite('quick sync body');

const readers = [readPreferences, readHint, readDeviceChange];

test('any of the four preferences is taken over, and none that was not sent', () => {
  const wishes = fc.record(
    {
      mode: fc.constantFrom(...QUALITY_MODES),
      prefer_quality: fc.boolean(),
      adapt_to_system: fc.boolean(),
      auto_download_quality: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(wishes, (sent) => {
      const names = { mode: 'mode', prefer_quality: 'preferQuality', adapt_to_system: 'adaptToSystem' };
      const renamed = { ...names, auto_download_quality: 'autoDownloadQuality' } as Record<string, string>;
      const expected = Object.fromEntries(Object.entries(sent).map(([name, value]) => [renamed[name], value]));
      assert.equal(readPreferences(JSON.stringify(sent)), expected);
    }),
  );
});

test('a field that is none is named, whatever its name', () => {
  const known = new Set(['mode', 'prefer_quality', 'adapt_to_system', 'auto_download_quality']);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (name, value) => {
      fc.pre(!known.has(name));
      const read = readPreferences(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`);
      assert.instance(read, BodyProblem);
      const { status, answer } = read as BodyProblem;
      assert.equal([status, answer.field], [422, name]);
    }),
  );
});

test('whatever is sent, it is understood or refused with a sentence', () => {
  const bodies = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json(),
    fc
      .dictionary(
        fc.constantFrom('mode', 'name', 'preferences', 'type', 'rtt_ms', 'save_data', '__proto__', 'toString'),
        fc.jsonValue(),
      )
      .map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(bodies, fc.constantFrom(...readers), (body, reader) => {
      const read = reader(body);
      if (!(read instanceof BodyProblem)) return;
      assert.ok(read.status === 400 || read.status === 422);
      assert.match(read.answer.error, /\.$/);
    }),
    { numRuns: 500 },
  );
  assert.is(({} as Record<string, unknown>)['mode'], undefined);
});

test('a name that is taken is a line without anything invisible in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (name) => {
      const read = readDeviceChange(JSON.stringify({ name }));
      if (read instanceof BodyProblem) return;
      const taken = read.name ?? '';
      assert.is(taken, name.trim());
      assert.ok(taken.length <= 64);
      assert.not.match(taken.replaceAll('\u200d', ''), /[\p{Cc}\p{Cf}]/u);
    }),
  );
});

test.run();
