import type { QualityLevel } from '../core/quality-level.ts';
import { type Preload, QUALITY_PROFILES } from '../core/quick-sync-settings.ts';
import { rungsOf } from '../core/rung.ts';
import { type BlockKeys, choice, flag, integer, type Key, number, numberChoice, secrets } from './key.ts';

/** kbit/s that every codec with a bitrate has. */
const BITRATES = rungsOf('mp3').map((rung) => rung.bitrateKbps);
const PRELOADS = ['none', 'metadata', 'auto'] as const satisfies readonly Preload[];
const PERCENT = { range: [0, 100], unit: '%', live: true } as const;
const BUFFER_SECONDS = { range: [0.5, 120], unit: 's', live: true } as const;
const KBPS = { range: [8, 100_000], unit: 'kbit/s', live: true } as const;

/** Keys of quick_sync. */
export const QUICK_SYNC_KEYS = {
  enabled: flag({
    doc: "Change a listener's bitrate with what its link carries. false: it stays at the one it begins with.",
    fallback: true,
    live: true,
  }),
  quality_profile: choice(QUALITY_PROFILES, {
    doc: 'The most that is given unasked: mobile_data 128, wifi_standard 256, wifi_premium 320, ethernet_audiophile FLAC.',
    fallback: 'none',
    live: true,
  }),
  min_bitrate: bitrate([], {
    doc: 'Nobody on quality=auto gets less, in kbit/s, but Opus at 32 where a link carries no more.',
    fallback: 64,
  }),
  max_bitrate: bitrate([], { doc: 'Nobody on quality=auto gets more.', fallback: 320 }),
  target_bitrate: bitrate([0], {
    doc: 'What a listener begins with while nothing is known of its link. 0: the rung that is encoded anyway.',
    fallback: 0,
  }),
  adaptation_interval_s: number({
    doc: 'Between two regular decisions about a listener; a link that fails is not made to wait for it.',
    fallback: 2,
    range: [0.5, 60],
    unit: 's',
    live: true,
  }),
  hysteresis: number({
    doc: 'Share by which a link must carry more than the next bitrate needs. More is calmer and goes up later.',
    fallback: 0.2,
    range: [0, 2],
    live: true,
  }),
  bandwidth_threshold_low: integer({
    doc: 'A link that carries no more kbit/s than this gets the lowest bitrate at once.',
    fallback: 200,
    ...KBPS,
  }),
  bandwidth_threshold_high: integer({
    doc: 'A link that carries so many kbit/s is no reason to stay below the highest.',
    fallback: 1000,
    ...KBPS,
  }),
  latency_threshold_ms: integer({
    doc: 'While round trips take so much longer than the shortest did, nobody goes up.',
    fallback: 150,
    range: [1, 10_000],
    unit: 'ms',
    live: true,
  }),
  packet_loss_threshold: number({
    doc: 'Nor while a greater share of packets than this is lost.',
    fallback: 0.01,
    range: [0, 1],
    live: true,
  }),
  smoothing: number({
    doc: "Weight of the past in the estimate of a link. More is calmer and slower; falls don't wait for it.",
    fallback: 0.8,
    range: [0, 0.99],
    live: true,
  }),
  burst_allowance_ms: integer({
    doc: 'What lies on the way for no longer than this is no backlog.',
    fallback: 100,
    range: [0, 5000],
    unit: 'ms',
    live: true,
  }),
  user_preference_weight: number({
    doc: "How much a device's wish for quality counts against caution: 0 not at all, 1 fully.",
    fallback: 0.7,
    range: [0, 1],
    live: true,
  }),
  buffer_target_s: number({
    doc: "Where a listener's own buffer should stay, as far as the server can tell.",
    fallback: 5,
    ...BUFFER_SECONDS,
  }),
  buffer_min_s: number({ doc: 'Below this its bitrate goes down without delay.', fallback: 2, ...BUFFER_SECONDS }),
  buffer_max_s: number({ doc: 'From here on it counts as full.', fallback: 10, ...BUFFER_SECONDS }),
  preload_threshold: number({
    doc: 'Part of its buffer that a player fills before it plays again after it ran dry.',
    fallback: 0.3,
    range: [0.05, 1],
    live: true,
  }),
  test_timeout_s: number({
    doc: 'A test of a link takes no longer.',
    fallback: 5,
    range: [0.5, 60],
    unit: 's',
    live: true,
  }),
  test_urls: secrets({
    doc: "What to load to measure the station's own uplink, in this order. Empty: nothing is ever contacted for it.",
    fallback: [],
    expected: 'a list of at most 8 addresses that begin with http:// or https://',
    item: isWebAddress,
    maxLength: 8,
    live: true,
  }),
  ...presetKeys('low', { bitrate: 64, bufferS: 5, preload: 'metadata', mbps: 0.5 }),
  ...presetKeys('medium', { bitrate: 128, bufferS: 10, preload: 'auto', mbps: 1 }),
  ...presetKeys('high', { bitrate: 256, bufferS: 15, preload: 'auto', mbps: 2 }),
  ...presetKeys('ultra', { bitrate: 320, bufferS: 20, preload: 'auto', mbps: 5 }),
  high_load_cpu: number({ doc: 'Above so many per cent of all cores the box has it hard …', fallback: 80, ...PERCENT }),
  high_load_memory: number({
    doc: '… or above so much of memory, unless the kernel knows that nothing waits for it.',
    fallback: 85,
    ...PERCENT,
  }),
  moderate_load_cpu: number({ doc: 'Above this the load is moderate …', fallback: 50, ...PERCENT }),
  moderate_load_memory: number({ doc: '… or above so much of memory.', fallback: 70, ...PERCENT }),
  idle_cpu: number({
    doc: 'Below this, and idle_memory, devices that prefer quality get a level more.',
    fallback: 30,
    ...PERCENT,
  }),
  idle_memory: number({ doc: 'See idle_cpu.', fallback: 50, ...PERCENT }),
} satisfies BlockKeys;

type PresetKeys<L extends QualityLevel> = {
  readonly [K in `${L}_bitrate` | `${L}_buffer_s` | `${L}_mbps`]: Key<number>;
} & {
  readonly [K in `${L}_preload`]: Key<Preload>;
};

/** What a level means, and from which speed on it is recommended. */
function presetKeys<L extends QualityLevel>(
  level: L,
  fallback: { readonly bitrate: number; readonly bufferS: number; readonly preload: Preload; readonly mbps: number },
): PresetKeys<L> {
  const keys = {
    [`${level}_bitrate`]: bitrate([], { doc: `Level ${level}, in kbit/s.`, fallback: fallback.bitrate }),
    [`${level}_buffer_s`]: integer({
      doc: 'Seconds that a player should keep in hand at this level, on an ordinary link.',
      fallback: fallback.bufferS,
      range: [1, 120],
      unit: 's',
      live: true,
    }),
    [`${level}_preload`]: choice(PRELOADS, {
      doc: 'How much of it to load before somebody presses play.',
      fallback: fallback.preload,
      live: true,
    }),
    [`${level}_mbps`]: number({
      doc: 'Mbit/s that a link must carry for this level to be recommended.',
      fallback: fallback.mbps,
      range: [0.01, 10_000],
      unit: 'Mbit/s',
      live: true,
    }),
  };
  return keys as PresetKeys<L>;
}

/** One of the ladder's bitrates. */
function bitrate(more: readonly number[], { doc, fallback }: { doc: string; fallback: number }): Key<number> {
  const choices = [...more, ...BITRATES];
  const nearestTo = (refused: number): number =>
    choices.reduce((best, kbps) => (Math.abs(kbps - refused) < Math.abs(best - refused) ? kbps : best));
  const advice = (refused: unknown) =>
    typeof refused === 'number' ? `write ${nearestTo(refused)}, the nearest` : undefined;
  return numberChoice(choices, { doc, fallback, live: true, advice });
}

function isWebAddress(written: string): boolean {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  return /^https?:\/\//i.test(written) && url !== undefined && url.hostname !== '';
}
