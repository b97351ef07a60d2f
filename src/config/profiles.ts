/** Names of the tuned sets of numbers, in the order in which the documentation lists them. */
export const PROFILE_NAMES = ['raspberry-pi', 'home-server', 'many-listeners', 'low-latency', 'playlist'] as const;

export type ProfileName = (typeof PROFILE_NAMES)[number];

/** What a profile sets: values by dotted key name (`camera.fps` is of every camera), in the units of the configuration file. */
export type ProfileValues = Readonly<Record<string, number | string>>;

/**
 * Effort: a Pi has a quarter of a small PC's CPU (docs/decisions/encoder-effort.md has the table). Buffer and pauses:
 * memory and latency against the number of wake-ups. Frame rate: what one viewer is sent at most (target_bitrate) makes
 * few good pictures of 1280x720 or many poor ones, and few good ones are what a room or a nest box wants.
 */
const CHEAP = {
  'encoder.mp3_quality': 7,
  'encoder.opus_complexity': 5,
  'encoder.aac_coder': 'fast',
  'encoder.flac_level': 5,
};
const GOOD = { ...CHEAP, 'encoder.mp3_quality': 3, 'encoder.opus_complexity': 8 };

export const PROFILES: Readonly<Record<ProfileName, ProfileValues>> = {
  'raspberry-pi': {
    ...CHEAP,
    'buffer.size_mb': 50,
    'broadcaster.chunk_size': 32_768,
    'broadcaster.max_chunk_delay_ms': 1000,
    'broadcaster.sleep_high': 0.001,
    'broadcaster.sleep_medium': 0.005,
    'broadcaster.sleep_low': 0.01,
    'advanced.max_listeners': 100,
    'streaming.max_viewers': 24,
    'camera.fps': 15,
  },
  'home-server': {
    ...GOOD,
    'buffer.size_mb': 20,
    'broadcaster.chunk_size': 16_384,
    'broadcaster.max_chunk_delay_ms': 500,
    'broadcaster.sleep_high': 0.0005,
    'broadcaster.sleep_medium': 0.001,
    'broadcaster.sleep_low': 0.002,
    'advanced.max_listeners': 250,
    'streaming.max_viewers': 100,
    'camera.fps': 15,
  },
  'many-listeners': {
    ...GOOD,
    'buffer.size_mb': 30,
    'broadcaster.chunk_size': 32_768,
    'broadcaster.max_chunk_delay_ms': 750,
    'broadcaster.sleep_high': 0.0001,
    'broadcaster.sleep_medium': 0.0005,
    'broadcaster.sleep_low': 0.001,
    'advanced.max_listeners': 500,
    'streaming.max_viewers': 100,
    'camera.fps': 15,
  },
  'low-latency': {
    ...GOOD,
    'buffer.size_mb': 5,
    'broadcaster.chunk_size': 4096,
    'broadcaster.max_chunk_delay_ms': 100,
    'broadcaster.sleep_high': 0.0001,
    'broadcaster.sleep_medium': 0.0005,
    'broadcaster.sleep_low': 0.001,
    'advanced.max_listeners': 100,
    'streaming.max_viewers': 100,
    'camera.fps': 30,
  },
  playlist: {
    ...GOOD,
    'encoder.aac_coder': 'twoloop',
    'buffer.size_mb': 100,
    'broadcaster.chunk_size': 65_536,
    'broadcaster.max_chunk_delay_ms': 2000,
    'broadcaster.sleep_high': 0.001,
    'broadcaster.sleep_medium': 0.005,
    'broadcaster.sleep_low': 0.01,
    'advanced.max_listeners': 100,
    'streaming.max_viewers': 100,
    'camera.fps': 15,
  },
};

/**
 * The profile of a machine that names none.
 * @param deviceTreeModel contents of /proc/device-tree/model, undefined where there is none; it ends in a NUL.
 */
export function defaultProfile(deviceTreeModel: string | undefined): ProfileName {
  return deviceTreeModel?.startsWith('Raspberry Pi') === true ? 'raspberry-pi' : 'home-server';
}
