// How the page's own player listens: which codec, whether it names a quality, how much it takes in hand.

/**
 * Chromium hands a stream on to its decoder in blocks of so many bytes. A first block that the burst does not fill is
 * waited for, and the second comes late: 2 s of the past at 128 kbit/s are just less than one.
 */
const BLOCK_BYTES = 32_768;
/** In hand beside that, for what is late on the way. */
const SLACK_S = 1;
/** The server gives so much unasked … */
const USUAL_BURST_S = 2;
/** … and so much at most, unless it is set otherwise. */
const MAX_BURST_S = 30;
/** What auto begins with while little is known, kbit/s. */
const START_KBPS = 128;
/** The lowest rung of codecs that change it in mid-stream, and of Opus. */
const LEAST_KBPS = 64;
const RESCUE_KBPS = 32;

const TYPES = { mp3: 'audio/mpeg', aac: 'audio/aac', opus: 'audio/ogg; codecs="opus"', flac: 'audio/flac' };
/** Links that are slower than `good` (Mbit/s: ../../quality/network-status.ts). */
const WEAK = ['fair', 'poor'];

/**
 * @param wish `mode`; `isKept`: the server knows the mode by this device's cookie; `status` of the API, undefined while
 *   it is not known; `preferredCodec` of the station, undefined: none; `isRescue`: the link is below the lowest rung
 * @param canPlay whether the browser plays that media type
 * @returns `extension` and `quality` of the URL, `burst` in seconds (the latter two may be undefined: not to be named);
 *   the element's `preload`; `holdSeconds`: what it wants in hand before it goes on after it ran dry; `blockSeconds`: for
 *   so long nothing may seem to come although all is well
 */
export function playPlan({ mode, isKept, status, preferredCodec, isRescue }, canPlay) {
  const codec = codecOf({ mode, status, preferredCodec, isRescue }, (name) => canPlay(TYPES[name]));
  const quality = isKept || codec === 'flac' ? undefined : mode === 'lossless' ? 'ultra' : mode;
  const { startKbps, leastKbps } = bitratesOf(status, codec, mode, isRescue);
  const burst = status === undefined ? undefined : burstOf(status, startKbps);
  return {
    // Without an extension the server chooses MP3, whose bitrate it can change in mid-stream.
    extension: codec === 'mp3' ? '' : `.${codec}`,
    quality,
    burst,
    preload: status?.buffer.preload ?? 'auto',
    holdSeconds: holdOf(status, burst ?? USUAL_BURST_S),
    blockSeconds: blockSeconds(leastKbps),
  };
}

function codecOf({ mode, status, preferredCodec, isRescue }, canPlay) {
  if (mode === 'lossless' && canPlay('flac')) return 'flac';
  if (mode === 'auto') {
    // Opus alone goes below 64 kbit/s.
    if (isRescue && canPlay('opus')) return 'opus';
    // What has no lower rung to go to is for links that will not need one.
    const isFit = preferredCodec !== 'flac' || (status !== undefined && !WEAK.includes(status.network.status));
    if (preferredCodec !== undefined && isFit && canPlay(preferredCodec)) return preferredCodec;
  }
  return canPlay('mp3') ? 'mp3' : canPlay('opus') ? 'opus' : 'aac';
}

/** What it begins with, and what it may come down to; Infinity: so much that it does not matter here. */
function bitratesOf(status, codec, mode, isRescue) {
  if (codec === 'flac') return { startKbps: Number.POSITIVE_INFINITY, leastKbps: Number.POSITIVE_INFINITY };
  if (isRescue && codec === 'opus') return { startKbps: RESCUE_KBPS, leastKbps: RESCUE_KBPS };
  const kbps = status?.quality.bitrate || START_KBPS;
  if (mode === 'auto') return { startKbps: Math.min(kbps, START_KBPS), leastKbps: LEAST_KBPS };
  return { startKbps: kbps, leastKbps: kbps };
}

/**
 * What is in hand from the start is also how far behind the moment everything is heard. So on a good link it is as
 * little as plays without a gap, and only a link that will falter is asked for the whole buffer that the status advises:
 * there a second of silence is worse than ten of delay.
 */
function burstOf({ network, buffer }, kbps) {
  const advised = WEAK.includes(network.status) ? Math.min(buffer.buffer_size, buffer.max_buffer_size) : 0;
  const least = blockSeconds(kbps) + SLACK_S;
  const seconds = Math.min(MAX_BURST_S, Math.ceil(Math.max(least, advised) * 2) / 2);
  return seconds > USUAL_BURST_S ? seconds : undefined;
}

/** After a gap on a good link what was late is there at once: to wait for more would make the gap longer. */
function holdOf(status, burst) {
  const isWeak = status !== undefined && WEAK.includes(status.network.status);
  return Math.min(status?.buffer.rebuffer_threshold ?? USUAL_BURST_S, isWeak ? burst : USUAL_BURST_S);
}

function blockSeconds(kbps) {
  return (BLOCK_BYTES * 8) / 1000 / kbps;
}
