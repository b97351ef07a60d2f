/** What is known of a figure besides its value. */
export interface FigureFacts {
  /** gauge: goes up and down; counter: only grows, from 0 at the start of the program. */
  readonly kind: 'gauge' | 'counter';
  /** One line for people. */
  readonly help: string;
  /** What it is told apart by; absent: there is one for the station. */
  readonly label?: 'source' | 'camera' | 'rung' | 'mount';
}

/**
 * Every figure of the station that changes: snake_case, the unit in the name, base units. These names stand in the
 * history, on MQTT and on the live socket as they are, and in Prometheus behind `pipit_`. Flags are 0 and 1. The
 * counters of the CounterSet join them with their own names.
 */
export const FIGURES = {
  uptime_seconds: gauge('Since the program started'),
  listeners: gauge('Connections that listen'),
  viewers: gauge('Connections that watch'),
  listeners_on_rung: gauge('Connections that listen to a rung', 'rung'),
  sent_bytes_total: counter('Sound that listeners were sent'),
  sent_bytes_per_second: gauge('Sound and pictures that leave, over the last seconds'),
  picture_sent_bytes_total: counter('Pictures that viewers were sent'),
  ring_seconds: gauge('The longest past that can still be heard'),
  ring_bytes: gauge('Sound that the rings hold'),
  ring_size_bytes: gauge('Sound that they may hold'),
  buffer_fill_ratio: gauge('Part of its ring that the slowest listener has still ahead of it'),
  cpu_used_ratio: gauge('Of all cores'),
  own_cpu_used_ratio: gauge("The same, by Pipit's own processes"),
  memory_used_ratio: gauge('Of all memory, what could not be given to a program'),
  memory_available_bytes: gauge('Memory that could be'),
  resident_bytes: gauge('Memory of the main process'),
  temperature_celsius: gauge('Of the hottest sensor of the processor'),
  throttled: gauge('The board runs slower than it could: heat or weak power'),
  under_voltage: gauge('The power supply is too weak'),
  disk_used_ratio: gauge('Of the disk that data_dir is on'),
  disk_free_bytes: gauge('The same, what is free'),
  disk_written_bytes_total: counter('What Pipit had written to disks'),
  card_wear_ratio: gauge('Of the life of an eMMC or a card that tells'),
  wifi_signal_dbm: gauge('Strength of the Wi-Fi that is used'),
  saving_step: gauge('What pictures do without so that the box keeps up; 0: nothing'),
  sound_saving_step: gauge('The same of sound'),
  source_connected: gauge('Sound comes from it', 'source'),
  source_muted: gauge('It is closed because somebody muted it', 'source'),
  source_restarts_total: counter('Times that its process was started again', 'source'),
  level_rms_dbfs: gauge('Loudness of the loudest channel', 'source'),
  level_peak_dbfs: gauge('Its peak', 'source'),
  sound_detected: gauge('Something is heard', 'source'),
  silent: gauge('Nothing is heard for long', 'source'),
  clipped_samples_total: counter('Samples that were cut off', 'source'),
  camera_connected: gauge('Pictures come from it, or came when somebody last watched', 'camera'),
  camera_restarts_total: counter('Times that its process was started again', 'camera'),
  camera_viewers: gauge('Connections that watch it', 'camera'),
  camera_frames_total: counter('Pictures that it delivered', 'camera'),
  cache_hit_ratio: gauge('Pictures asked for that cost no encoding', 'camera'),
  cache_bytes: gauge('Encoded pictures that are kept', 'camera'),
  encode_p95_seconds: gauge('95 of 100 encodings took no longer', 'camera'),
} as const satisfies Readonly<Record<string, FigureFacts>>;

export type FigureName = keyof typeof FIGURES;

/** One value at one moment. What is not known is not told. */
export interface FigureSample {
  /** Of FIGURES, or of a counter. */
  readonly name: string;
  /** Name of the source, camera, …; empty where the figure has no label. */
  readonly subject: string;
  readonly value: number;
}

function gauge<const L extends FigureFacts['label'] = undefined>(help: string, label?: L) {
  return label === undefined ? { kind: 'gauge' as const, help } : { kind: 'gauge' as const, help, label };
}

function counter<const L extends FigureFacts['label'] = undefined>(help: string, label?: L) {
  return label === undefined ? { kind: 'counter' as const, help } : { kind: 'counter' as const, help, label };
}
