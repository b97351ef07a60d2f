import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LADDER, type Rung, rungNamed } from '../core/rung.ts';
import { allowedRungs, encodedWith, MOVABLE_CODECS, type RungAudience, type SoundAudience } from './allowed-rungs.ts';
import { AUDIO_STEPS } from './audio-governor-ladder.ts';

const test = suite('allowed-rungs');

const ANY = Number.POSITIVE_INFINITY;
const DEFAULT = rungNamed('mp3@128') as Rung;

/** Movable listeners by rung; those after a slash are fixed: `'aac@128': '3/1'`. */
function audienceOf(given: Readonly<Record<string, string>>): SoundAudience {
  return new Map(
    Object.entries(given).map(([name, counts]) => {
      const [movable = 0, fixed = 0] = counts.split('/').map(Number);
      return [rungNamed(name) as Rung, { movable, fixed }];
    }),
  );
}

function kbps(rungs: readonly Rung[]): number[] {
  return rungs.map(({ bitrateKbps }) => bitrateKbps);
}

test('without a limit every rung is allowed', () => {
  assert.equal(kbps(allowedRungs('aac', { maxRungs: ANY, maxKbps: ANY }, new Map(), null)), [64, 128, 256, 320]);
});

test('the lowest stays, the default of the codec, then what most listen to', () => {
  const audience = audienceOf({ 'aac@64': '1', 'aac@128': '2', 'aac@256': '1', 'aac@320': '9', 'mp3@320': '9' });
  assert.equal(kbps(allowedRungs('aac', { maxRungs: 3, maxKbps: ANY }, audience, DEFAULT)), [64, 128, 320]);
  assert.equal(kbps(allowedRungs('aac', { maxRungs: 2, maxKbps: ANY }, audience, DEFAULT)), [64, 320]);
  assert.equal(kbps(allowedRungs('mp3', { maxRungs: 3, maxKbps: ANY }, audience, DEFAULT)), [64, 128, 320]);
  assert.equal(kbps(allowedRungs('mp3', { maxRungs: 2, maxKbps: ANY }, audience, DEFAULT)), [64, 128]);
});

test('where nobody listens, the usual rung comes first', () => {
  assert.equal(kbps(allowedRungs('aac', { maxRungs: 2, maxKbps: ANY }, new Map(), null)), [64, 128]);
  assert.equal(kbps(allowedRungs('aac', { maxRungs: 3, maxKbps: ANY }, new Map(), null)), [64, 128, 256]);
});

test('who is above the highest counts for the highest; the default is not above it', () => {
  const audience = audienceOf({ 'aac@320': '5', 'aac@128': '3' });
  assert.equal(kbps(allowedRungs('aac', { maxRungs: 2, maxKbps: 256 }, audience, DEFAULT)), [64, 256]);
  assert.equal(kbps(allowedRungs('aac', { maxRungs: 1, maxKbps: 64 }, audience, DEFAULT)), [64]);
  assert.equal(kbps(allowedRungs('mp3', { maxRungs: 1, maxKbps: 64 }, audience, DEFAULT)), [64, 128]);
});

test('what is encoded then: the default, what fixed listeners have, and where the others come down to', () => {
  const audience = audienceOf({ 'aac@320': '5', 'aac@256': '1/1', 'opus@64': '0/1' });
  const low = [rungNamed('aac@64') as Rung, rungNamed('aac@128') as Rung];
  const encoded = [...encodedWith(() => low, audience, DEFAULT)].map(({ name }) => name);
  assert.equal(encoded.toSorted(), ['aac@128', 'aac@256', 'mp3@128', 'opus@64']);
});

const anyAudience = fc
  .array(fc.tuple(fc.constantFrom(...LADDER), fc.nat(50), fc.nat(3)), { maxLength: 10 })
  .map((some) => new Map<Rung, RungAudience>(some.map(([rung, movable, fixed]) => [rung, { movable, fixed }])));

test('whoever listens: the lowest is always allowed, no more than there may be, and each step allows no more encoders', () => {
  fc.assert(
    fc.property(anyAudience, fc.constantFrom(null, ...LADDER), (audience, defaultRung) => {
      for (const codec of MOVABLE_CODECS) {
        for (const step of AUDIO_STEPS) {
          const allowed = allowedRungs(codec, step, audience, defaultRung);
          assert.is(allowed[0]?.bitrateKbps, 64);
          const others = allowed.filter((rung) => rung !== defaultRung);
          assert.ok(others.length <= step.maxRungs && others.every(({ bitrateKbps }) => bitrateKbps <= step.maxKbps));
          if (defaultRung?.codec === codec) assert.ok(allowed.includes(defaultRung));
          assert.equal(
            kbps(allowed),
            kbps(allowed).toSorted((a, b) => a - b),
          );
        }
      }
    }),
  );
});

test.run();
