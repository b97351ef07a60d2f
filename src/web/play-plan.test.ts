import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

interface Wish {
  mode: string;
  isKept: boolean;
  status?: object | undefined;
  preferredCodec?: string | undefined;
  isRescue: boolean;
}
interface Plan {
  readonly extension: string;
  readonly quality: string | undefined;
  readonly burst: number | undefined;
  readonly preload: string;
  readonly holdSeconds: number;
  readonly blockSeconds: number;
}

const test = suite('play plan');
const { playPlan } = (await import(new URL('ui/now/play-plan.js', import.meta.url).href)) as {
  playPlan: (wish: Wish, canPlay: (type: string) => boolean) => Plan;
};

const ALL = () => true;
const WISH: Wish = { mode: 'auto', isKept: true, isRescue: false };
/** Of Chromium, which hands on nothing until one of these is full. */
const BLOCK_BITS = 32_768 * 8;

function statusOf(network: string, bitrate = 128, bufferSize = 10, threshold = bufferSize * 0.3) {
  const buffer = {
    buffer_size: bufferSize,
    preload: 'auto',
    max_buffer_size: bufferSize * 2,
    rebuffer_threshold: threshold,
  };
  return { network: { status: network }, buffer, quality: { bitrate } };
}

test('before anything is known it asks for nothing', () => {
  const { extension, quality, burst } = playPlan(WISH, ALL);
  assert.equal({ extension, quality, burst }, { extension: '', quality: undefined, burst: undefined });
});

test('the server knows the mode by the cookie, and is told it where there is none', () => {
  assert.is(playPlan({ ...WISH, mode: 'low' }, ALL).quality, undefined);
  assert.is(playPlan({ ...WISH, mode: 'low', isKept: false }, ALL).quality, 'low');
  assert.is(playPlan({ ...WISH, isKept: false }, ALL).quality, 'auto');
});

test('lossless is FLAC, and the best of MP3 in a browser that plays none', () => {
  const lossless = { ...WISH, mode: 'lossless', isKept: false };
  const flac = playPlan(lossless, ALL);
  assert.equal([flac.extension, flac.quality], ['.flac', undefined]);
  const none = playPlan(lossless, (type) => !type.includes('flac'));
  assert.equal([none.extension, none.quality], ['', 'ultra']);
});

test('below the lowest rung it listens by Opus, where the browser plays it and the mode is auto', () => {
  const rescue = { ...WISH, isRescue: true, status: statusOf('poor', 64, 15) };
  assert.is(playPlan(rescue, ALL).extension, '.opus');
  assert.is(playPlan(rescue, (type) => !type.includes('opus')).extension, '');
  assert.is(playPlan({ ...rescue, mode: 'low' }, ALL).extension, '');
});

test('the codec that the station prefers is for auto, and FLAC for links that carry it', () => {
  const good = { ...WISH, status: statusOf('good'), preferredCodec: 'aac' };
  assert.is(playPlan(good, ALL).extension, '.aac');
  assert.is(playPlan(good, (type) => type !== 'audio/aac').extension, '');
  assert.is(playPlan({ ...good, mode: 'high' }, ALL).extension, '');
  assert.is(playPlan({ ...good, preferredCodec: 'flac' }, ALL).extension, '.flac');
  assert.is(playPlan({ ...good, preferredCodec: 'flac', status: statusOf('fair') }, ALL).extension, '');
  assert.is(playPlan({ ...good, preferredCodec: 'mp3' }, ALL).extension, '');
});

test('a link that will falter is asked for the whole buffer that is advised, a good one for no delay beyond need', () => {
  assert.is(playPlan({ ...WISH, status: statusOf('poor', 64, 15) }, ALL).burst, 15);
  assert.is(playPlan({ ...WISH, status: statusOf('fair', 128, 10) }, ALL).burst, 10);
  assert.ok((playPlan({ ...WISH, status: statusOf('good', 256, 15) }, ALL).burst ?? 0) < 4);
  assert.is(playPlan({ ...WISH, mode: 'ultra', status: statusOf('excellent', 320) }, ALL).burst, undefined);
  assert.is(playPlan({ ...WISH, mode: 'lossless', status: statusOf('excellent', 0) }, ALL).burst, undefined);
});

test('after a gap it waits for what is advised on a weak link, and on a good one only for what is late', () => {
  assert.is(playPlan({ ...WISH, status: statusOf('poor', 64, 15) }, ALL).holdSeconds, 4.5);
  assert.is(playPlan({ ...WISH, status: statusOf('good', 256, 15) }, ALL).holdSeconds, 2);
  assert.is(playPlan({ ...WISH, status: statusOf('good', 64, 5) }, ALL).holdSeconds, 1.5);
});

test('the lower the bitrate may get, the longer it is natural that nothing comes', () => {
  const status = statusOf('good', 256);
  assert.is(Math.round(playPlan({ ...WISH, mode: 'high', status }, ALL).blockSeconds), 1);
  assert.is(Math.round(playPlan({ ...WISH, status }, ALL).blockSeconds), 4);
  assert.is(Math.round(playPlan({ ...WISH, status, isRescue: true }, ALL).blockSeconds), 8);
  assert.is(playPlan({ ...WISH, mode: 'lossless', status }, ALL).blockSeconds, 0);
});

test('what is asked for fills a block of the browser at the bitrate that begins, and is never more than a server gives', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('auto', 'low', 'medium', 'high', 'ultra'),
      fc.constantFrom('excellent', 'good', 'fair', 'poor'),
      fc.constantFrom(64, 128, 256, 320),
      fc.integer({ min: 0, max: 120 }),
      fc.boolean(),
      (mode, network, bitrate, bufferSize, isRescue) => {
        const status = statusOf(network, bitrate, bufferSize);
        const { burst = 2, extension, holdSeconds } = playPlan({ ...WISH, mode, status, isRescue }, ALL);
        const kbps = extension === '.opus' ? 32 : mode === 'auto' ? Math.min(128, bitrate) : bitrate;
        assert.ok(burst * kbps * 1000 > BLOCK_BITS, `${burst} s at ${kbps} kbit/s`);
        assert.ok(burst <= 30);
        // More than it began with it need not wait for.
        assert.ok(holdSeconds <= burst);
      },
    ),
  );
});

test.run();
