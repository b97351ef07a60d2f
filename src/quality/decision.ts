import type { HostLoad } from '../core/host-load.ts';
import type { Preferences } from '../core/preferences.ts';
import { QUALITY_LEVELS, type QualityLevel } from '../core/quality-level.ts';
import { PROFILE_CAPS, type QuickSyncSettings } from '../core/quick-sync-settings.ts';
import { rungsOf } from '../core/rung.ts';
import { type BufferPlan, bufferPlan } from './buffer-plan.ts';
import { becauseOf, type DecisionReason } from './decision-reason.ts';
import { type NetworkStatus, networkStatus } from './network-status.ts';
import { DESCRIPTIONS, levelBeside, presetOf } from './presets.ts';
import { type SystemLoad, type SystemStatus, systemLoad } from './system-status.ts';

/** What a decision for a device is made from. */
export interface DecisionFacts {
  /** What the device's link carries, measured or assumed, Mbit/s. */
  readonly speedMbps: number;
  readonly host: HostLoad;
  readonly preferences: Preferences;
  readonly settings: QuickSyncSettings;
  /** The highest bitrate that the box lets anybody on `auto` have, kbit/s; Infinity: any. */
  readonly boxKbps: number;
}

/** What is recommended to a device, and why. */
export interface Decision {
  readonly level: QualityLevel | 'lossless';
  /** kbit/s, one of the ladder's; 0 for lossless. */
  readonly bitrate: number;
  /** What the level is good for. */
  readonly description: string;
  /** False: the device has asked for this level. */
  readonly autoSelected: boolean;
  readonly network: NetworkStatus;
  readonly system: SystemStatus;
  readonly buffer: BufferPlan;
  /** In the order in which they counted; the first says where the level comes from. Never empty. */
  readonly why: readonly DecisionReason[];
}

/** What FLAC of a 48 kHz stereo source comes to, about; music is less, applause more. */
const LOSSLESS_KBPS = 1000;
/**
 * How many times its own bitrate a link must carry before a level is given beyond what the thresholds say: without any
 * weight for the device's wish what the thresholds themselves ask for, with full weight what is still enough.
 */
const CAUTIOUS_HEADROOM = 8;
const BOLD_HEADROOM = 2;

/** Decides for one device. Pure: the same facts give the same decision. */
export function decide(facts: DecisionFacts): Decision {
  const { speedMbps, host, preferences, settings } = facts;
  const load = systemLoad(host, settings);
  const { level, bitrate, why } =
    preferences.mode === 'auto' ? automatic(facts, load) : chosen(facts, preferences.mode);
  return {
    level,
    bitrate,
    description: DESCRIPTIONS[level],
    autoSelected: preferences.mode === 'auto',
    network: networkStatus(speedMbps),
    system: load.status,
    buffer: bufferPlan(presetOf(level, settings), speedMbps, settings.preloadThreshold),
    why,
  };
}

interface Outcome {
  readonly level: QualityLevel | 'lossless';
  readonly bitrate: number;
  readonly why: readonly DecisionReason[];
}

/** What a device asks for, it gets: bounds are for those who leave it open. */
function chosen({ speedMbps, settings }: DecisionFacts, level: QualityLevel | 'lossless'): Outcome {
  const { bitrate } = presetOf(level, settings);
  const why = [becauseOf.mode(level, bitrate)];
  const neededKbps = bitrate || LOSSLESS_KBPS;
  if (neededKbps * (1 + settings.hysteresis) > speedMbps * 1000) {
    why.push(becauseOf.beyondLink(level, neededKbps, speedMbps));
  }
  return { level, bitrate, why };
}

function automatic(facts: DecisionFacts, load: SystemLoad): Outcome {
  const { speedMbps, preferences, settings } = facts;
  const { presets, thresholds } = settings;
  const why: DecisionReason[] = [];
  let level: QualityLevel = QUALITY_LEVELS.findLast((name) => speedMbps >= thresholds[name]) ?? 'low';
  const isBelowLowest = !(speedMbps >= thresholds.low);
  if (isBelowLowest) why.push(becauseOf.belowLowest(speedMbps, thresholds.low));
  else why.push(becauseOf.link(speedMbps, level, thresholds[level]));

  if (load.status === 'high_load' && preferences.adaptToSystem) {
    const lower = levelBeside(level, -1);
    if (lower !== level) why.push(becauseOf.highLoad(facts.host, load.cause, lower));
    level = lower;
  } else if (load.isIdle && preferences.preferQuality && !isBelowLowest) {
    const higher = levelBeside(level, 1);
    const fits = presets[higher].bitrate * headroomOf(settings) <= speedMbps * 1000;
    if (fits && higher !== level) {
      why.push(becauseOf.preferQuality(higher, presets[higher].bitrate, speedMbps));
      level = higher;
    }
  }
  const bounded = withinBounds(level, facts, why);
  if (!settings.enabled) why.push(becauseOf.disabled());
  return { ...bounded, why };
}

function headroomOf({ preferenceWeight }: QuickSyncSettings): number {
  return CAUTIOUS_HEADROOM - preferenceWeight * (CAUTIOUS_HEADROOM - BOLD_HEADROOM);
}

/** Applies the least and the most; where they contradict each other, the most wins. Adds the reasons to `why`. */
function withinBounds(
  level: QualityLevel,
  { settings, boxKbps }: DecisionFacts,
  why: DecisionReason[],
): { readonly level: QualityLevel; readonly bitrate: number } {
  const { presets, minKbps, profile } = settings;
  const bitrateOf = (name: QualityLevel): number => presets[name].bitrate;
  const caps = [
    { kbps: settings.maxKbps, because: becauseOf.maxBitrate },
    { kbps: PROFILE_CAPS[profile].maxKbps, because: (kbps: number) => becauseOf.profile(profile, kbps) },
    { kbps: boxKbps, because: becauseOf.box },
  ];
  const cap = caps.reduce((least, other) => (other.kbps < least.kbps ? other : least));
  let bounded = level;
  if (bitrateOf(level) < minKbps) {
    const raised = QUALITY_LEVELS.find((name) => bitrateOf(name) >= minKbps) ?? level;
    if (raised !== level && bitrateOf(raised) <= cap.kbps) {
      why.push(becauseOf.minBitrate(minKbps));
      bounded = raised;
    }
  }
  if (bitrateOf(bounded) <= cap.kbps) return { level: bounded, bitrate: bitrateOf(bounded) };
  why.push(cap.because(cap.kbps));
  const lowered = QUALITY_LEVELS.findLast((name) => bitrateOf(name) <= cap.kbps);
  if (lowered !== undefined) return { level: lowered, bitrate: bitrateOf(lowered) };
  // Even the lowest level's preset is more: the nearest bitrate below it, if there is one.
  return { level: 'low', bitrate: highestOfLadder(cap.kbps) };
}

/** The highest bitrate up to `kbps` that the codecs share, or their lowest where that is more. */
function highestOfLadder(kbps: number): number {
  const bitrates = rungsOf('mp3').map((rung) => rung.bitrateKbps);
  return bitrates.findLast((bitrate) => bitrate <= kbps) ?? (bitrates[0] as number);
}
