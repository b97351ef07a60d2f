import { type BlockKeys, flag, integer, number, numbers } from './key.ts';

/** On libjpeg's scale; below 5 nothing can be told from a picture. */
const JPEG_QUALITY = [5, 100] as const;

/** Keys of streaming. */
export const STREAMING_KEYS = {
  enabled: flag({
    doc: 'Have cameras. false: none is ever opened, whatever else is said about them.',
    fallback: true,
  }),
  enable_optimizer: flag({
    doc: 'Fit quality and frame rate to links and machine. false: everybody gets the highest level.',
    fallback: true,
    live: true,
  }),
  cache_size: integer({
    doc: 'Pictures of one camera that are kept encoded, each at the levels that somebody wanted.',
    fallback: 3,
    range: [1, 32],
    unit: 'frames',
    live: true,
  }),
  cache_mb: number({
    doc: 'Memory for them, of one camera.',
    fallback: 24,
    range: [1, 1000],
    unit: 'MiB',
    live: true,
  }),
  quality_levels: numbers({
    doc: 'JPEG qualities that viewers are given. Each costs one encoding a picture while somebody watches it.',
    fallback: [90, 70, 50],
    range: JPEG_QUALITY,
    maxLength: 6,
    live: true,
  }),
  adaptive_quality: flag({
    doc: "Change a viewer's level with what its link carries. false: a slow link skips pictures instead.",
    fallback: true,
    live: true,
  }),
  min_quality: integer({
    doc: 'One more level, for when the lowest of quality_levels is still too much. Not above that.',
    fallback: 30,
    range: JPEG_QUALITY,
    live: true,
  }),
  max_quality: integer({
    doc: 'Nobody gets more. Not below the highest of quality_levels.',
    fallback: 95,
    range: JPEG_QUALITY,
    live: true,
  }),
  target_bitrate: integer({
    doc: 'The most that a viewer is sent; on a slow link it is less. 2000 suits 640x480, 8000 1280x720.',
    fallback: 8000,
    range: [100, 200_000],
    unit: 'kbit/s',
    live: true,
  }),
  max_viewers: integer({
    doc: 'Of streams, and as many of WebSockets; more are told to come back later (503).',
    range: [1, 10_000],
    live: true,
  }),
  max_viewers_per_address: integer({
    doc: 'The same for one address; 0 is no limit. This machine itself has none.',
    fallback: 8,
    range: [0, 10_000],
    live: true,
  }),
} satisfies BlockKeys;
