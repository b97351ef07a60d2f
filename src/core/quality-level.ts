/** The levels of sound that Quick Sync chooses between, lowest first; each stands for a bitrate. */
export const QUALITY_LEVELS = ['low', 'medium', 'high', 'ultra'] as const;
export type QualityLevel = (typeof QUALITY_LEVELS)[number];

/**
 * What a listener may ask for: `auto` lets Pipit choose, and change its mind; `lossless` is never chosen for
 * anybody.
 */
export const QUALITY_MODES = ['auto', ...QUALITY_LEVELS, 'lossless'] as const;
export type QualityMode = (typeof QUALITY_MODES)[number];
