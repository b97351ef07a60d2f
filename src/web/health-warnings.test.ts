import { suite } from 'uvu';
import * as assert from 'uvu/assert';

type Figures = Record<string, Record<string, number>>;
interface Warning {
  readonly id: string;
  readonly severity: string;
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

const test = suite('health warnings');
const load = (path: string) => import(new URL(`ui/health/${path}`, import.meta.url).href);
const { warningsOf } = (await load('warnings.js')) as {
  warningsOf: (sight: unknown, t: unknown) => Warning[];
};
const { WORDS } = (await load('words.js')) as { WORDS: Record<string, Record<string, unknown>> };
const { FigureHistory } = await load('figure-history.js');

const NOW = Date.UTC(2024, 0, 1, 12);
const STATUS = {
  source_status: 'live',
  privacy: { camera: false, microphone: false },
  sources: [{ name: 'mic', state: 'live', error: null }],
  cameras: [{ name: 'door', state: 'stopped', error: null, viewers: 0 }],
};
const WELL: Figures = {
  source_connected: { mic: 1 },
  source_muted: { mic: 0 },
  level_peak_dbfs: { mic: -12 },
  silent: { mic: 0 },
  throttled: { '': 0 },
  under_voltage: { '': 0 },
  temperature_celsius: { '': 51 },
  memory_used_ratio: { '': 0.5 },
  disk_used_ratio: { '': 0.4 },
  disk_free_bytes: { '': 8e9 },
  card_wear_ratio: { '': 0.1 },
  wifi_signal_dbm: { '': -58 },
  saving_step: { '': 0 },
};

/** Warnings of a station that is well but for this. */
function signs(change: {
  status?: object;
  figures?: Figures;
  /** Readings before the last, a minute apart. */
  before?: Figures[];
  brokerAway?: boolean;
  history?: string;
}): Warning[] {
  const figures = new FigureHistory();
  const readings = [...(change.before ?? []), change.figures ?? {}];
  readings.forEach((reading, index) => {
    figures.add(NOW - (readings.length - 1 - index) * 20_000, { ...WELL, ...reading });
  });
  const { brokerAway = false, history = 'kept' } = change;
  return warningsOf({ status: { ...STATUS, ...change.status }, figures, brokerAway, history }, WORDS['en']);
}

const ids = (change: Parameters<typeof signs>[0]): string[] => signs(change).map(({ id }) => id);
const error = { code: 'capture.gone', message: 'hw:1 is gone', remedy: 'Plug it in again.' };

test('a station that is well has no warning signs, and one of which nothing is known has none either', () => {
  assert.equal(signs({}), []);
  const nothing = { status: undefined, figures: new FigureHistory(), brokerAway: false, history: 'off' };
  assert.equal(warningsOf(nothing, WORDS['en']), []);
});

test('no source is an alarm that says why and what to do, as the source tells it', () => {
  const sources = [{ name: 'mic', state: 'retrying', error }];
  const [sign, ...others] = signs({ status: { source_status: 'offline', sources } });
  assert.equal(sign, {
    id: 'no-source',
    severity: 'alarm',
    what: 'Nothing is on the air.',
    why: 'hw:1 is gone',
    remedy: 'Plug it in again.',
  });
  assert.equal(others, []);
  assert.equal(ids({ status: { source_status: 'fallback', sources } }), ['lost-mic']);
  const cameras = [{ name: 'door', state: 'retrying', error, viewers: 1 }];
  assert.equal(ids({ status: { source_status: 'offline', sources, cameras } }), ['no-source', 'lost-door']);
});

test('a microphone that somebody muted is no alarm', () => {
  const status = { source_status: 'offline', privacy: { camera: true, microphone: true } };
  const found = signs({ status, figures: { source_connected: { mic: 0 }, source_muted: { mic: 1 } } });
  assert.equal(
    found.map(({ id, severity }) => [id, severity]),
    [
      ['muted-microphone', 'info'],
      ['muted-camera', 'info'],
    ],
  );
});

for (const [id, figures] of [
  ['silent-mic', { silent: { mic: 1 } }],
  ['throttled', { throttled: { '': 1 } }],
  ['under-voltage', { under_voltage: { '': 1 }, throttled: { '': 1 } }],
  ['hot', { temperature_celsius: { '': 74 } }],
  ['memory', { memory_used_ratio: { '': 0.95 } }],
  ['disk', { disk_used_ratio: { '': 0.95 } }],
  ['disk', { disk_free_bytes: { '': 1e8 } }],
  ['card', { card_wear_ratio: { '': 0.9 } }],
  ['wifi', { wifi_signal_dbm: { '': -82 } }],
  ['saving', { saving_step: { '': 2 } }],
] as const) {
  test(`${id}: ${JSON.stringify(figures)}`, () => {
    assert.equal(ids({ figures: figures as unknown as Figures }), [id]);
  });
}

test('heat is an alarm where the board slows down', () => {
  assert.is(signs({ figures: { temperature_celsius: { '': 74 } } })[0]?.severity, 'warning');
  assert.is(signs({ figures: { temperature_celsius: { '': 81 } } })[0]?.severity, 'alarm');
});

test('what grows is a sign while it does', () => {
  const grow = (name: string, subject: string) =>
    ids({ before: [{ [name]: { [subject]: 3 } }], figures: { [name]: { [subject]: 4 } } });
  assert.equal(grow('clipped_samples_total', 'mic'), ['clipping-mic']);
  assert.equal(grow('capture_xruns_total', ''), ['xruns']);
  assert.equal(grow('listener_skips_total', ''), ['skips']);
  assert.equal(grow('source_restarts_total', 'mic'), ['restarts-mic']);
  assert.equal(grow('camera_restarts_total', 'door'), ['restarts-door']);
  const still = { clipped_samples_total: { mic: 9 }, source_restarts_total: { mic: 5 } };
  assert.equal(ids({ before: [still], figures: still }), []);
});

test('quiet is a sign after ten minutes of it, not before', () => {
  const quiet = { level_peak_dbfs: { mic: -62 } };
  assert.equal(ids({ before: Array(10).fill(quiet), figures: quiet }), []);
  // Readings come more often than every ten seconds.
  const figures = new FigureHistory();
  for (let second = 0; second <= 640; second += 5) figures.add(NOW + second * 1000, { ...WELL, ...quiet });
  const sight = { status: STATUS, figures, brokerAway: false, history: 'kept' };
  assert.equal(
    warningsOf(sight, WORDS['en']).map(({ id }) => id),
    ['quiet-mic'],
  );
});

test('a broker that is away and a past that is not kept', () => {
  assert.equal(ids({ brokerAway: true, history: 'failed' }), ['broker', 'history']);
  assert.equal(ids({ history: 'off' }), []);
});

test('the worst comes first, and every sign has words in every language', () => {
  const bad = {
    before: [{ capture_xruns_total: { '': 0 } }],
    figures: {
      capture_xruns_total: { '': 7 },
      under_voltage: { '': 1 },
      saving_step: { '': 1 },
      disk_used_ratio: { '': 0.97 },
    },
  };
  const severities = signs(bad).map(({ severity }) => severity);
  assert.equal(severities, ['alarm', 'warning', 'warning', 'info']);
  assert.match(signs(bad)[1]?.why ?? '', /7 times/);
  for (const sign of signs(bad)) {
    for (const text of [sign.what, sign.why, sign.remedy]) assert.ok(text.length > 5 && !/[{}]/.test(text), text);
  }
  const keys = Object.keys(WORDS['en'] as object);
  for (const language of ['de', 'fr']) assert.equal(Object.keys(WORDS[language] as object), keys);
});

test.run();
