import { LADDER } from '../core/rung.ts';
import { AUTH_KEYS } from './auth-schema.ts';
import { GPIO_KEYS } from './gpio-schema.ts';
import { HISTORY_KEYS } from './history-schema.ts';
import { type BlockKeys, choice, flag, integer, list, number, secret, text, type ValuesOf } from './key.ts';
import { MQTT_KEYS } from './mqtt-schema.ts';
import { isNetwork } from './network.ts';
import { PROFILE_NAMES } from './profiles.ts';
import { QUICK_SYNC_KEYS } from './quick-sync-schema.ts';
import { isExtension } from './source-schema.ts';
import { STREAMING_KEYS } from './streaming-schema.ts';

const SECONDS_OF_PAUSE = { range: [0.0001, 1], unit: 's', live: true } as const;

/** Attributes that stand outside of every block. */
export const TOP_KEYS = {
  profile: choice(PROFILE_NAMES, {
    doc: 'The set of tuned numbers that the other keys start from. Without it: raspberry-pi on a Pi, else home-server.',
    inherits: 'the machine',
    live: true,
  }),
  data_dir: text({
    doc: 'Directory for what must outlive a restart; made when it is missing.',
    fallback: './data',
    pattern: /./,
    maxLength: 4096,
  }),
} satisfies BlockKeys;

/** The blocks that stand at most once, in the order of the documentation. */
export const BLOCKS = {
  server: {
    host: text({
      doc: 'Address to listen on. :: takes IPv6 and IPv4 from everywhere, 127.0.0.1 this machine only.',
      fallback: '::',
      pattern: /^[A-Za-z0-9.:%_-]{1,253}$/,
      expected: 'an IP address or a host name',
    }),
    listen_port: integer({
      doc: 'Port of the web page, the streams and the API. 0 takes any free one.',
      fallback: 8001,
      range: [0, 65_535],
    }),
    source_port: integer({
      doc: 'Port for source clients (Icecast protocol). 0 takes any free one.',
      fallback: 8000,
      range: [0, 65_535],
    }),
    source_password: secret({
      doc: 'What source clients must know. Empty: the source port refuses everyone.',
      fallback: '',
      live: true,
    }),
    mount_point: text({
      doc: 'Path of the only mount when there is no mount block.',
      fallback: '/stream',
      pattern: /^\//,
      expected: 'a path that begins with /',
    }),
    tls: choice(['off', 'self-made', 'files'], {
      doc: 'Answer https as well, on tls_port: with a certificate that Pipit makes, or with one of your own.',
      fallback: 'off',
    }),
    tls_port: integer({ doc: 'Port of https. 0 takes any free one.', fallback: 8443, range: [0, 65_535] }),
    tls_certificate: text({ doc: 'PEM file with the certificate and what signed it.', fallback: '', maxLength: 4096 }),
    tls_key: text({ doc: 'PEM file with its key.', fallback: '', maxLength: 4096 }),
  },
  buffer: {
    size_mb: number({
      doc: 'Memory for the past of one mount, shared by its rungs. 20 MiB hold 22 minutes of 128 kbit/s.',
      range: [1, 1000],
      unit: 'MiB',
      live: true,
    }),
  },
  broadcaster: {
    chunk_size: integer({
      doc: 'Bytes gathered before they are written to a listener. More costs delay and saves CPU.',
      range: [1024, 262_144],
      unit: 'bytes',
      live: true,
    }),
    max_chunk_delay_ms: integer({
      doc: 'Longest time that bytes are gathered: this rules at low bitrates, chunk_size at high ones.',
      range: [10, 10_000],
      unit: 'ms',
      live: true,
    }),
    sleep_high: number({
      doc: 'Pause between two passes while over 80 % of the ring is to be sent.',
      ...SECONDS_OF_PAUSE,
    }),
    sleep_medium: number({ doc: 'The same, for 50 to 80 %.', ...SECONDS_OF_PAUSE }),
    sleep_low: number({ doc: 'The same, below 50 %. Shorter answers faster and costs CPU.', ...SECONDS_OF_PAUSE }),
    burst_seconds: number({
      doc: 'Past that a new listener is sent at once, so that it plays without waiting; also its delay.',
      fallback: 2,
      range: [0, 30],
      unit: 's',
      live: true,
    }),
    max_burst_seconds: number({
      doc: 'The most that a listener may ask for with ?burst=.',
      fallback: 30,
      range: [0, 300],
      unit: 's',
      live: true,
    }),
    max_lag_ms: integer({
      doc: 'A listener further behind than this skips to the present.',
      fallback: 10_000,
      range: [500, 600_000],
      unit: 'ms',
      live: true,
    }),
    stall_timeout_s: number({
      doc: 'A listener that takes no byte for so long is disconnected.',
      fallback: 30,
      range: [1, 3600],
      unit: 's',
      live: true,
    }),
  },
  playlist: {
    directory: text({
      doc: 'Where the music of playlist sources is.',
      fallback: './music',
      pattern: /./,
      maxLength: 4096,
    }),
    shuffle: flag({ doc: 'Play in random order.', fallback: false }),
    extensions: list({
      doc: 'Which files are music.',
      fallback: ['.mp3', '.m4a', '.aac', '.ogg', '.opus', '.flac', '.wav'],
      expected: 'a list of extensions such as ".mp3"',
      item: isExtension,
      minLength: 1,
    }),
  },
  metadata: {
    station_name: text({ doc: 'Name that players show.', fallback: 'Pipit', live: true }),
    station_description: text({ doc: 'A sentence about the station.', fallback: '', live: true }),
    station_genre: text({ doc: 'Its genre.', fallback: '', live: true }),
    station_url: text({ doc: 'Its page on the web.', fallback: '', live: true }),
    enable_icy: flag({ doc: 'Tell players that ask for it what is playing.', fallback: true, live: true }),
    icy_metaint: integer({
      doc: 'Bytes of sound between two such notes.',
      fallback: 16_000,
      range: [256, 1_048_576],
      unit: 'bytes',
      live: true,
    }),
  },
  encoder: {
    channels: integer({ doc: '1 is mono, 2 is stereo, on every rung.', fallback: 2, range: [1, 2] }),
    default_rung: choice(['off', ...LADDER.map((rung) => rung.name)], {
      doc: 'Encoded even when nobody listens, to have a past to send. off saves its CPU.',
      fallback: 'mp3@128',
    }),
    default_rung_share: number({
      doc: 'Part of the ring that is kept for it; the other rungs share the rest.',
      fallback: 0.6,
      range: [0.1, 0.9],
    }),
    prime_seconds: number({
      doc: 'Past that any other rung is encoded from when its first listener comes.',
      fallback: 2,
      range: [0, 10],
      unit: 's',
    }),
    mp3_quality: integer({ doc: "LAME's effort: 0 is best and slowest, 9 fastest.", range: [0, 9] }),
    opus_complexity: integer({ doc: "Opus' effort: 10 is best and slowest, 0 fastest.", range: [0, 10] }),
    aac_coder: choice(['fast', 'twoloop'], { doc: "AAC's effort: twoloop sounds better and costs twice as much." }),
    flac_level: integer({ doc: "FLAC's effort: 12 is smallest and slowest, 0 fastest.", range: [0, 12] }),
  },
  quick_sync: QUICK_SYNC_KEYS,
  streaming: STREAMING_KEYS,
  auth: AUTH_KEYS,
  mqtt: MQTT_KEYS,
  history: HISTORY_KEYS,
  gpio: GPIO_KEYS,
  advanced: {
    max_listeners: integer({ doc: 'More are told to come back later (503).', range: [1, 20_000], live: true }),
    max_listeners_per_address: integer({
      doc: 'The same for one address; 0 is no limit. This machine itself has none.',
      fallback: 32,
      range: [0, 20_000],
      live: true,
    }),
    exempt_networks: list({
      doc: 'Networks without that limit, for instance 192.168.1.0/24.',
      fallback: [],
      expected: 'a list of networks such as "192.168.1.0/24" or "fd00::/8"',
      item: isNetwork,
      live: true,
    }),
    source_timeout: number({
      doc: 'A source that delivers nothing for so long is down.',
      fallback: 10,
      range: [1, 300],
      unit: 's',
      live: true,
    }),
    header_timeout_s: number({
      doc: 'A client must have sent its request by then.',
      fallback: 10,
      range: [1, 120],
      unit: 's',
      live: true,
    }),
    verbose_logging: flag({ doc: 'Log what developers want to know.', fallback: false, live: true }),
    enable_stats: flag({ doc: 'Answer /api/stats; without it that is 403.', fallback: true, live: true }),
    check_releases: flag({
      doc: 'Ask release_url once a day whether there is a newer Pipit, and say so on the page.',
      fallback: false,
      live: true,
    }),
    release_url: text({
      doc: 'Where it asks: JSON with the keys version and url.',
      fallback: '',
      pattern: /^(?:$|https?:\/\/.)/i,
      expected: 'a URL that begins with https:// or http://',
      maxLength: 2048,
      live: true,
    }),
  },
} satisfies Record<string, BlockKeys>;

export type TopValues = ValuesOf<typeof TOP_KEYS>;

/** Keys of mount "/PATH". */
export const MOUNT_KEYS = {
  source: text({
    doc: 'Name of the source that listeners hear. May be left out when there is only one.',
    fallback: '',
  }),
  camera: text({ doc: 'Name of the camera that belongs to it. Empty: none.', fallback: '' }),
  fallback: list({
    doc: 'What they hear instead, in this order, while it is down: names of sources, or "demo", "silence", "test".',
    fallback: ['silence'],
    expected: 'a list of names of sources',
    maxLength: 8,
  }),
} satisfies BlockKeys;

/** One line of documentation for each block. */
export const BLOCK_DOCS: Readonly<Record<keyof typeof BLOCKS | 'source' | 'camera' | 'mount', string>> = {
  server: 'Where Pipit listens.',
  source: 'Where sound comes from. Without any, there is source "mic" with type = "alsa".',
  camera:
    'Where pictures come from. Without any, there is camera "camera" with type = "auto"; streaming.enabled turns it off.',
  mount: 'What listeners open. Without any, server.mount_point names the only one.',
  buffer: 'How much of the past is kept.',
  broadcaster: 'How sound leaves for the listeners.',
  playlist: 'What playlist sources play when they do not say otherwise.',
  metadata: 'How the station presents itself.',
  encoder: 'How sound is encoded.',
  quick_sync: 'Which quality of sound a listener gets that leaves the choice to Pipit (quality=auto, the default).',
  streaming: 'How pictures leave for the viewers of a camera.',
  auth: 'Who may listen, watch and change something.',
  mqtt: 'The broker of the house, and Home Assistant behind it.',
  history: 'What is kept of the past.',
  gpio: 'LED, button, sensor and lamp on the 40-pin header.',
  advanced: 'Limits, timeouts and logging.',
};

/** Everything but sources, cameras and mounts, by block and key, in the units of the file. */
export type BlockValues = { readonly [B in keyof typeof BLOCKS]: ValuesOf<(typeof BLOCKS)[B]> };
