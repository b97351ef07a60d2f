import { type BlockKeys, choice, flag, integer, number, secret, text } from './key.ts';

const TOPIC = {
  pattern: /^[^+#/\s][^+#\s]*(?<!\/)$/,
  expected: 'a topic without spaces, + and #, such as "pipit"',
} as const;

/** Keys of mqtt. All of them change while Pipit runs: it connects anew. */
export const MQTT_KEYS = {
  url: secret({
    doc: 'The broker: mqtt:// or mqtts://, host and port. It may hold user and password. Empty: no MQTT.',
    fallback: '',
    pattern: /^(?:$|mqtts?:\/\/.)/i,
    expected: 'a URL that begins with mqtt:// or mqtts://',
    maxLength: 2048,
    live: true,
  }),
  username: text({ doc: 'User, where the broker asks for one.', fallback: '', live: true }),
  password: secret({ doc: 'Password of that user.', fallback: '', live: true }),
  version: choice(['5', '3.1.1'], { doc: 'Of the protocol; old brokers speak 3.1.1 only.', fallback: '5', live: true }),
  client_id: text({
    doc: 'Name of this connection at the broker. Empty: made from the board.',
    fallback: '',
    pattern: /^[A-Za-z0-9_-]{0,64}$/,
    expected: 'at most 64 letters, digits, _ and -',
    live: true,
  }),
  topic_prefix: text({ doc: 'First part of all topics.', fallback: 'pipit', ...TOPIC, live: true }),
  discovery: flag({ doc: 'Have Home Assistant find this station.', fallback: true, live: true }),
  discovery_prefix: text({ doc: 'Where Home Assistant looks.', fallback: 'homeassistant', ...TOPIC, live: true }),
  commands: flag({
    doc: 'Take commands from the broker: whoever may publish there may then change what the entities offer.',
    fallback: true,
    live: true,
  }),
  interval_s: number({
    doc: 'Between two messages of figures. Changes of state are told at once.',
    fallback: 10,
    range: [1, 3600],
    unit: 's',
    live: true,
  }),
  camera_interval_s: number({
    doc: 'Between two pictures of a camera. 0: none; each picture opens the camera for a moment.',
    fallback: 0,
    range: [0, 86_400],
    unit: 's',
    live: true,
  }),
  ca_file: text({
    doc: "Certificate (PEM) of who signed the broker's, where that is not a public authority.",
    fallback: '',
    maxLength: 4096,
    live: true,
  }),
  verify_certificate: flag({ doc: 'Of mqtts://. false accepts any certificate.', fallback: true, live: true }),
  keepalive_s: integer({
    doc: 'How soon a dead connection is noticed.',
    fallback: 30,
    range: [5, 1200],
    unit: 's',
    live: true,
  }),
} satisfies BlockKeys;
