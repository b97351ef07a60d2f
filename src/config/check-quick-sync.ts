import { QUALITY_LEVELS } from '../core/quality-level.ts';
import { PROFILE_CAPS } from '../core/quick-sync-settings.ts';
import type { BlockValues } from './schema.ts';

type QuickSyncValues = BlockValues['quick_sync'];
type NumberKey = { [K in keyof QuickSyncValues]: QuickSyncValues[K] extends number ? K : never }[keyof QuickSyncValues];

/** Two keys that don't go together, as a diagnostic says it. */
export interface Contradiction {
  /** The key to blame, and the other. */
  readonly keys: readonly [string, string];
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

/** Keys whose values rise from one to the next, or at least do not fall. */
const RISING: readonly { readonly keys: readonly NumberKey[]; readonly isStrict: boolean }[] = [
  { keys: QUALITY_LEVELS.map((level) => `${level}_mbps` as const), isStrict: true },
  { keys: QUALITY_LEVELS.map((level) => `${level}_bitrate` as const), isStrict: false },
  { keys: ['min_bitrate', 'max_bitrate'], isStrict: false },
  { keys: ['bandwidth_threshold_low', 'bandwidth_threshold_high'], isStrict: true },
  { keys: ['buffer_min_s', 'buffer_target_s', 'buffer_max_s'], isStrict: false },
  { keys: ['idle_cpu', 'moderate_load_cpu', 'high_load_cpu'], isStrict: false },
  { keys: ['idle_memory', 'moderate_load_memory', 'high_load_memory'], isStrict: false },
];

/** What the keys of quick_sync allow alone and not together. */
export function* quickSyncContradictions(values: QuickSyncValues): Generator<Contradiction> {
  for (const { keys, isStrict } of RISING) {
    for (const [index, lower] of keys.slice(0, -1).entries()) {
      const higher = keys[index + 1] as NumberKey;
      const isWrong = isStrict ? values[lower] >= values[higher] : values[lower] > values[higher];
      if (isWrong) yield contradiction(values, lower, higher, isStrict);
    }
  }
  const { target_bitrate: target, min_bitrate: min, max_bitrate: max, quality_profile: profile } = values;
  if (target !== 0 && target < min) yield contradiction(values, 'min_bitrate', 'target_bitrate', false);
  if (target > max) yield contradiction(values, 'target_bitrate', 'max_bitrate', false);
  const { maxKbps } = PROFILE_CAPS[profile];
  if (min > maxKbps) {
    yield {
      keys: ['min_bitrate', 'quality_profile'],
      what: `quick_sync.min_bitrate is ${min}`,
      why: `quality_profile ${profile} allows ${maxKbps} at most`,
      remedy: 'lower min_bitrate or choose another profile',
    };
  }
}

function contradiction(values: QuickSyncValues, lower: NumberKey, higher: NumberKey, isStrict: boolean): Contradiction {
  return {
    keys: [lower, higher],
    what: `quick_sync.${lower} is ${values[lower]}`,
    why: `${higher} is ${values[higher]}, and it must be ${isStrict ? 'below' : 'no more than'} that`,
    remedy: `lower ${lower} or raise ${higher}`,
  };
}
