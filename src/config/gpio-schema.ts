import { type BlockKeys, choice, flag, integer, number, text } from './key.ts';

/** BCM numbers of the 40-pin header; -1: nothing is connected. */
const PIN = { fallback: -1, range: [-1, 27] } as const;

/** Keys of gpio. */
export const GPIO_KEYS = {
  board_led: flag({
    doc: "The Pi's own LED shows how the station is, instead of the card's activity.",
    fallback: true,
  }),
  status_led: integer({ doc: 'BCM number of an LED that shows how the station is. -1: none.', ...PIN }),
  led_active_low: flag({ doc: 'The LED is lit when the pin is low.', fallback: false }),
  button: integer({
    doc: 'BCM number of a button: short mutes the microphone, long shuts down, very long resets to factory settings.',
    ...PIN,
  }),
  button_active_low: flag({ doc: 'Pressed is low: a button to ground with a pull-up.', fallback: true }),
  long_press_s: number({ doc: 'A press so long is a long one.', fallback: 3, range: [1, 60], unit: 's' }),
  very_long_press_s: number({ doc: 'The same for very long.', fallback: 10, range: [2, 120], unit: 's' }),
  input: integer({ doc: 'BCM number of a motion sensor or a door contact; its changes are events.', ...PIN }),
  input_kind: choice(['motion', 'door'], { doc: 'What it is.', fallback: 'motion' }),
  input_name: text({ doc: 'What people call it.', fallback: '', maxLength: 64 }),
  input_active_low: flag({ doc: 'Low means motion, or open.', fallback: false }),
  on_air: integer({ doc: 'BCM number of an output that is on while somebody listens or watches.', ...PIN }),
  on_air_active_low: flag({ doc: 'On is low.', fallback: false }),
  debounce_ms: integer({
    doc: 'Changes of an input that are shorter do not count.',
    fallback: 30,
    range: [0, 1000],
    unit: 'ms',
  }),
} satisfies BlockKeys;
