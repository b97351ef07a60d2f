import type { QualityLevel, QualityMode } from '../core/quality-level.ts';
import { QUALITY_LEVELS } from '../core/quality-level.ts';
import type { Preload, Preset, QuickSyncSettings } from '../core/quick-sync-settings.ts';

/** What each mode is good for, in one line for people. */
export const DESCRIPTIONS: Readonly<Record<QualityMode, string>> = {
  auto: 'Adapts to the connection',
  low: 'Saves bandwidth',
  medium: 'Balanced quality and bandwidth',
  high: 'Best listening experience',
  ultra: 'Maximum fidelity',
  lossless: 'Every sample as it was recorded',
};

/** What `/presets/` answers. */
export interface PresetsAnswer {
  readonly presets: Readonly<Record<QualityLevel | 'auto', PresetAnswer>>;
  /** Mbit/s from which on a level is recommended. */
  readonly thresholds: Readonly<Record<QualityLevel, number>>;
}

interface PresetAnswer {
  /** kbit/s; 0: whatever fits. */
  readonly bitrate: number;
  /** Seconds; 0: whatever fits. */
  readonly buffer_size: number;
  readonly preload: Preload;
  readonly description: string;
}

export function presetsAnswer({ presets, thresholds }: QuickSyncSettings): PresetsAnswer {
  const answerOf = (name: QualityLevel | 'auto'): PresetAnswer => {
    const { bitrate, bufferSize, preload } = presets[name];
    return { bitrate, buffer_size: bufferSize, preload, description: DESCRIPTIONS[name] };
  };
  return {
    presets: {
      low: answerOf('low'),
      medium: answerOf('medium'),
      high: answerOf('high'),
      ultra: answerOf('ultra'),
      auto: answerOf('auto'),
    },
    thresholds: {
      ultra: thresholds.ultra,
      high: thresholds.high,
      medium: thresholds.medium,
      low: thresholds.low,
    },
  };
}

/** What a level stands for; lossless is as hungry for buffer as the highest level, and has no bitrate of its own (0). */
export function presetOf(level: QualityLevel | 'lossless', { presets }: QuickSyncSettings): Preset {
  return level === 'lossless' ? { ...presets.ultra, bitrate: 0 } : presets[level];
}

/** The level that many steps above or below, within the levels there are. */
export function levelBeside(level: QualityLevel, steps: number): QualityLevel {
  const index = Math.min(QUALITY_LEVELS.length - 1, Math.max(0, QUALITY_LEVELS.indexOf(level) + steps));
  return QUALITY_LEVELS[index] as QualityLevel;
}
