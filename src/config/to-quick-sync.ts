import type { QualityLevel } from '../core/quality-level.ts';
import type { Preset, QuickSyncSettings } from '../core/quick-sync-settings.ts';
import type { BlockValues } from './schema.ts';
import { milliseconds } from './to-milliseconds.ts';

/** What `auto` is to a player: whatever fits. */
const AUTO_PRESET: Preset = { bitrate: 0, bufferSize: 0, preload: 'auto' };

/** The settings that valid values of quick_sync stand for. */
export function quickSyncOf(values: BlockValues['quick_sync']): QuickSyncSettings {
  const presetOf = (level: QualityLevel): Preset => ({
    bitrate: values[`${level}_bitrate`],
    bufferSize: values[`${level}_buffer_s`],
    preload: values[`${level}_preload`],
  });
  return {
    enabled: values.enabled,
    presets: {
      low: presetOf('low'),
      medium: presetOf('medium'),
      high: presetOf('high'),
      ultra: presetOf('ultra'),
      auto: { ...AUTO_PRESET },
    },
    thresholds: {
      low: values.low_mbps,
      medium: values.medium_mbps,
      high: values.high_mbps,
      ultra: values.ultra_mbps,
    },
    minKbps: values.min_bitrate,
    maxKbps: values.max_bitrate,
    targetKbps: values.target_bitrate,
    profile: values.quality_profile,
    adaptationIntervalMs: milliseconds(values.adaptation_interval_s),
    hysteresis: values.hysteresis,
    lowLinkKbps: values.bandwidth_threshold_low,
    highLinkKbps: values.bandwidth_threshold_high,
    latencyThresholdMs: values.latency_threshold_ms,
    lossThreshold: values.packet_loss_threshold,
    smoothing: values.smoothing,
    burstAllowanceMs: values.burst_allowance_ms,
    preferenceWeight: values.user_preference_weight,
    bufferTargetS: values.buffer_target_s,
    bufferMinS: values.buffer_min_s,
    bufferMaxS: values.buffer_max_s,
    preloadThreshold: values.preload_threshold,
    testTimeoutMs: milliseconds(values.test_timeout_s),
    testUrls: [...values.test_urls],
    highCpuPercent: values.high_load_cpu,
    highMemoryPercent: values.high_load_memory,
    moderateCpuPercent: values.moderate_load_cpu,
    moderateMemoryPercent: values.moderate_load_memory,
    idleCpuPercent: values.idle_cpu,
    idleMemoryPercent: values.idle_memory,
  };
}
