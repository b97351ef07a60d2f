import { QUALITY_LEVELS } from '../core/quality-level.ts';
import type { QuickSyncSettings } from '../core/quick-sync-settings.ts';
import { bufferPlan } from './buffer-plan.ts';
import type { Decision } from './decision.ts';
import { HOLD_SENTENCES, SWITCH_SENTENCES } from './listening-sentences.ts';
import { DESCRIPTIONS, presetOf } from './presets.ts';
import type { SteeringReport } from './steered-listener.ts';

/** Why something is as it is: a stable code and a sentence. */
export interface Because {
  readonly code: string;
  readonly sentence: string;
}

/** A decision, with the reasons of whoever made it. */
export type ExplainedDecision = Omit<Decision, 'why'> & { readonly why: readonly Because[] };

/**
 * What a device is told: while it listens and leaves the choice to Pipit, what it hears, which the loop has found out by
 * trying; else what is decided by figures.
 * @param speedMbps what its link carries
 * @param heard its newest listener that leaves the choice to Pipit, if it has one
 */
export function asHeard(
  decision: Decision,
  speedMbps: number,
  heard: SteeringReport | undefined,
  settings: QuickSyncSettings,
): ExplainedDecision {
  if (heard === undefined || !decision.autoSelected) return decision;
  const { bitrateKbps, reason, hold } = heard;
  const { presets, preloadThreshold } = settings;
  const isLossless = bitrateKbps === 0;
  const level = isLossless
    ? 'lossless'
    : (QUALITY_LEVELS.findLast((name) => presets[name].bitrate <= bitrateKbps) ?? 'low');
  const sentence = [isLossless ? 'You hear FLAC.' : `You hear ${bitrateKbps} kbit/s.`, SWITCH_SENTENCES[reason]];
  if (hold !== undefined) sentence.push(HOLD_SENTENCES[hold]);
  return {
    ...decision,
    level,
    bitrate: bitrateKbps,
    description: DESCRIPTIONS[level],
    buffer: bufferPlan(presetOf(level, settings), speedMbps, preloadThreshold),
    why: [{ code: `heard-${reason}`, sentence: sentence.join(' ') }, ...decision.why],
  };
}
