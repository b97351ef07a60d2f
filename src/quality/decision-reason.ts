import type { HostLoad } from '../core/host-load.ts';
import type { QualityLevel } from '../core/quality-level.ts';
import type { QualityProfile } from '../core/quick-sync-settings.ts';
import type { LoadCause } from './system-status.ts';

/** What counted in a decision. Stable: a label of counters and a word of the API. */
export const DECISION_CODES = [
  'link',
  'below-lowest',
  'mode',
  'beyond-link',
  'high-load',
  'prefer-quality',
  'min-bitrate',
  'max-bitrate',
  'profile',
  'box',
  'disabled',
] as const;
export type DecisionCode = (typeof DECISION_CODES)[number];

/** One thing that counted in a decision, for people too. */
export interface DecisionReason {
  readonly code: DecisionCode;
  /** One plain sentence. */
  readonly sentence: string;
}

type Level = QualityLevel | 'lossless';

/** Words the reasons. */
export const becauseOf = {
  link: (speedMbps: number, level: Level, thresholdMbps: number): DecisionReason =>
    reason('link', `The link carries ${mbps(speedMbps)}, and ${level} begins at ${mbps(thresholdMbps)}.`),

  belowLowest: (speedMbps: number, thresholdMbps: number): DecisionReason =>
    reason(
      'below-lowest',
      `The link carries ${mbps(speedMbps)}, less than the ${mbps(thresholdMbps)} of low; MP3 and AAC go no lower than ` +
        '64 kbit/s, Opus does, with 32 kbit/s in mono, where the player takes it.',
    ),

  mode: (level: Level, bitrate: number): DecisionReason =>
    reason('mode', `This device has chosen ${level}${bitrate === 0 ? '' : ` (${bitrate} kbit/s)`}.`),

  beyondLink: (level: Level, neededKbps: number, speedMbps: number): DecisionReason =>
    reason(
      'beyond-link',
      `The link carries ${mbps(speedMbps)}, and ${level} needs ${level === 'lossless' ? 'about ' : ''}${neededKbps} kbit/s ` +
        'and some to spare: expect interruptions.',
    ),

  highLoad: (host: HostLoad, cause: LoadCause | undefined, level: Level): DecisionReason =>
    reason('high-load', `The box has it hard (${causeIn(host, cause)}): one level less, ${level}.`),

  preferQuality: (level: Level, bitrate: number, speedMbps: number): DecisionReason =>
    reason(
      'prefer-quality',
      `The box has room, this device prefers quality, and ${mbps(speedMbps)} carry ${bitrate} kbit/s with ease: one ` +
        `level more, ${level}.`,
    ),

  minBitrate: (kbps: number): DecisionReason =>
    reason('min-bitrate', `The station gives no less than ${kbps} kbit/s (min_bitrate).`),

  maxBitrate: (kbps: number): DecisionReason =>
    reason('max-bitrate', `The station gives no more than ${kbps} kbit/s by itself (max_bitrate).`),

  profile: (profile: QualityProfile, kbps: number): DecisionReason =>
    reason('profile', `The station gives no more than ${kbps} kbit/s by itself (quality_profile ${profile}).`),

  box: (kbps: number): DecisionReason =>
    reason('box', `The box saves: nobody who leaves the choice to it gets more than ${kbps} kbit/s for now.`),

  disabled: (): DecisionReason =>
    reason('disabled', 'Quick Sync is switched off: a stream keeps the bitrate that it begins with.'),
} as const;

function reason(code: DecisionCode, sentence: string): DecisionReason {
  return { code, sentence };
}

function causeIn(host: HostLoad, cause: LoadCause | undefined): string {
  switch (cause) {
    case 'throttled':
      return 'it is throttled because of heat or a weak power supply';
    case 'swapping':
      return 'it is short of memory and swaps';
    case 'pressure':
      return 'programs wait for memory';
    case 'memory':
      return `${percent(host.memoryPercent)} of memory in use`;
    default:
      return `CPU at ${percent(host.cpuPercent)}`;
  }
}

function mbps(value: number): string {
  return `${value < 10 ? Math.round(value * 100) / 100 : Math.round(value)} Mbit/s`;
}

function percent(value = 0): string {
  return `${Math.round(value)} %`;
}
