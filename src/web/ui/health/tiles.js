// What the health view shows, tile by tile: a title, a value, a few words and an hour of it as lines.

import { bytes, counted, duration, fill, number } from '../language.js';
import { rungWords } from '../now/quality-words.js';

/** Figures whose past is shown or counted. */
export const CHARTED = [
  'listeners',
  'viewers',
  'sent_bytes_per_second',
  'level_rms_dbfs',
  'level_peak_dbfs',
  'ring_seconds',
  'cpu_used_ratio',
  'own_cpu_used_ratio',
  'temperature_celsius',
  'memory_used_ratio',
  'disk_used_ratio',
  'wifi_signal_dbm',
  'camera_frames_total',
  'capture_xruns_total',
  'listener_skips_total',
  'source_restarts_total',
  'camera_restarts_total',
];

const WEAK_DBM = -70;
const STRONG_DBM = -60;
/** The lower end of levels; digital silence is -120. */
const FLOOR_DB = -60;

/**
 * Tiles of what is measured: `{ id, title, value, details: [text], series: [{ name, values }], range, format }`.
 * @param figures FigureHistory; t the words of this view
 */
export function tilesOf(figures, t) {
  const value = (name, subject = '') => figures.latest[name]?.[subject];
  const line = (name, label, subject = '') => ({ name: label, values: figures.valuesOf(name, subject) });
  const tools = { figures, t, value, line };
  const tiles = [
    listenersTile(tools),
    bandwidthTile(tools),
    ...figures.subjectsOf('level_rms_dbfs').map((name) => levelTile(tools, name)),
    ringTile(tools),
    processorTile(tools),
    temperatureTile(tools),
    memoryTile(tools),
    diskTile(tools),
    wifiTile(tools),
    ...Object.keys(figures.latest.camera_frames_total ?? {}).map((name) => cameraTile(tools, name)),
    troubleTile(tools),
  ];
  return tiles.filter((tile) => tile !== undefined);
}

function listenersTile({ figures, t, value, line }) {
  const listeners = value('listeners');
  if (listeners === undefined) return undefined;
  const viewers = value('viewers');
  const rungs = Object.entries(figures.latest.listeners_on_rung ?? {}).filter(([, count]) => count > 0);
  const hasCamera = figures.latest.camera_viewers !== undefined;
  return {
    id: 'listeners',
    title: t.listeners,
    value: number(listeners),
    details: [
      ...rungs.map(([rung, count]) => fill(t.onRung, { rung: rungWords(rung), n: count })),
      ...(hasCamera ? [counted(t.viewers, viewers)] : []),
    ],
    series: [line('listeners', t.listeners), ...(hasCamera ? [line('viewers', t.viewersLine)] : [])],
    range: [0, 4],
    format: whole,
  };
}

function bandwidthTile({ t, value, line }) {
  const rate = value('sent_bytes_per_second');
  if (rate === undefined) return undefined;
  const sent = (value('sent_bytes_total') ?? 0) + (value('picture_sent_bytes_total') ?? 0);
  return {
    id: 'bandwidth',
    title: t.bandwidth,
    value: bits(rate * 8),
    details: [fill(t.sentSoFar, { bytes: bytes(sent) })],
    series: [line('sent_bytes_per_second', t.bandwidth)],
    range: [0, 16_000],
    format: (perSecond) => bits(perSecond * 8, 'narrow'),
  };
}

function levelTile({ t, value, line }, name) {
  const db = value('level_rms_dbfs', name);
  if (db === undefined) return undefined;
  const isHeard = value('sound_detected', name) === 1;
  const isSilent = value('silent', name) === 1;
  return {
    id: `level-${name}`,
    title: fill(t.level, { name }),
    value: decibels(db, 'dBFS'),
    details: [isSilent ? t.isSilent : isHeard ? t.isHeard : t.isQuiet],
    series: [line('level_peak_dbfs', t.peak, name), line('level_rms_dbfs', t.loudness, name)].map(fromFloor),
    range: [FLOOR_DB, 0],
    format: minus,
  };
}

function ringTile({ t, value, line }) {
  const seconds = value('ring_seconds');
  if (seconds === undefined) return undefined;
  const lag = value('buffer_fill_ratio') ?? 0;
  const held = { held: bytes(value('ring_bytes') ?? 0), size: bytes(value('ring_size_bytes') ?? 0) };
  return {
    id: 'ring',
    title: t.ring,
    value: duration(seconds),
    details: [fill(t.ringHolds, held), ...(lag < 0.005 ? [] : [fill(t.slowest, { n: percent(lag) })])],
    series: [line('ring_seconds', t.ring)],
    range: [0, 60],
    format: (value_) => (value_ < 100 ? `${whole(value_)} s` : `${whole(value_ / 60)} min`),
  };
}

function processorTile({ t, value, line }) {
  const used = value('cpu_used_ratio');
  if (used === undefined) return undefined;
  const own = value('own_cpu_used_ratio');
  return {
    id: 'cpu',
    title: t.cpu,
    value: percent(used),
    details: own === undefined ? [] : [fill(t.ownCpu, { n: percent(own) })],
    series: [line('cpu_used_ratio', t.wholeBox), ...(own === undefined ? [] : [line('own_cpu_used_ratio', t.pipit)])],
    range: [0, 1],
    format: percent,
  };
}

function temperatureTile({ t, value, line }) {
  const celsius = value('temperature_celsius');
  const flags = [
    [value('throttled'), t.isThrottled, t.notThrottled],
    [value('under_voltage'), t.isUnderVoltage, t.powerIsGood],
  ].filter(([flag]) => flag !== undefined);
  const details = flags.map(([flag, yes, no]) => (flag === 1 ? yes : no));
  if (celsius === undefined) {
    if (details.length === 0) return undefined;
    return {
      id: 'temperature',
      title: t.power,
      value: details[0],
      details: details.slice(1),
      series: [],
      format: whole,
    };
  }
  return {
    id: 'temperature',
    title: t.temperature,
    value: number(celsius, { style: 'unit', unit: 'celsius', maximumFractionDigits: 0 }),
    details,
    series: [line('temperature_celsius', t.temperature)],
    range: [30, 85],
    format: (value_) => `${whole(value_)}°`,
  };
}

function memoryTile({ t, value, line }) {
  const used = value('memory_used_ratio');
  if (used === undefined) return undefined;
  const available = value('memory_available_bytes');
  const own = value('resident_bytes');
  return {
    id: 'memory',
    title: t.memory,
    value: percent(used),
    details: [
      ...(available === undefined ? [] : [fill(t.memoryFree, { bytes: bytes(available) })]),
      ...(own === undefined ? [] : [fill(t.memoryOwn, { bytes: bytes(own) })]),
    ],
    series: [line('memory_used_ratio', t.memory)],
    range: [0, 1],
    format: percent,
  };
}

function diskTile({ t, value, line }) {
  const used = value('disk_used_ratio');
  if (used === undefined) return undefined;
  const [free, written, wear, uptime] = [
    'disk_free_bytes',
    'disk_written_bytes_total',
    'card_wear_ratio',
    'uptime_seconds',
  ].map((name) => value(name));
  return {
    id: 'disk',
    title: t.disk,
    value: percent(used),
    details: [
      ...(free === undefined ? [] : [fill(t.diskFree, { bytes: bytes(free) })]),
      ...(written === undefined || uptime === undefined
        ? []
        : [fill(t.diskWritten, { bytes: bytes(written), time: duration(uptime) })]),
      ...(wear === undefined ? [] : [fill(t.cardWear, { n: percent(wear) })]),
    ],
    series: [line('disk_used_ratio', t.disk)],
    range: [0, 1],
    format: percent,
  };
}

function wifiTile({ t, value, line }) {
  const dbm = value('wifi_signal_dbm');
  if (dbm === undefined) return undefined;
  return {
    id: 'wifi',
    title: t.wifi,
    value: decibels(dbm, 'dBm'),
    details: [dbm >= STRONG_DBM ? t.wifiStrong : dbm >= WEAK_DBM ? t.wifiFair : t.wifiPoor],
    series: [line('wifi_signal_dbm', t.wifi)],
    range: [-90, -30],
    format: minus,
  };
}

function cameraTile({ figures, t, value }, name) {
  const rates = figures.ratesOf('camera_frames_total', name);
  const fps = rates.findLast((rate) => rate !== null);
  const hits = value('cache_hit_ratio', name);
  const cost = value('encode_p95_seconds', name);
  const cache = value('cache_bytes', name);
  const viewers = value('camera_viewers', name) ?? 0;
  const isClosed = viewers === 0 && !(fps > 0);
  return {
    id: `camera-${name}`,
    title: fill(t.camera, { name }),
    value: isClosed
      ? t.closed
      : fps === undefined
        ? '…'
        : fill(t.fps, { n: number(fps, { maximumFractionDigits: fps < 10 ? 1 : 0 }) }),
    details: [
      isClosed ? t.closedWhy : counted(t.viewers, viewers),
      ...(hits === undefined ? [] : [fill(t.cacheHits, { n: percent(hits), bytes: bytes(cache ?? 0) })]),
      ...(cost === undefined ? [] : [fill(t.encodeCost, { n: number(cost * 1000) })]),
    ],
    series: [{ name: t.fpsLine, values: rates }],
    range: [0, 10],
    format: whole,
  };
}

/** What went wrong in the last hour, counted. */
function troubleTile({ figures, t }) {
  const kinds = [
    [t.xrunsCount, 'capture_xruns_total'],
    [t.skipsCount, 'listener_skips_total'],
    [t.restartsCount, 'source_restarts_total'],
    [t.cameraRestartsCount, 'camera_restarts_total'],
  ];
  const counts = kinds
    .filter(([, name]) => figures.latest[name] !== undefined)
    .map(([text, name]) => [
      text,
      Object.keys(figures.latest[name]).reduce((sum, subject) => sum + figures.grown(name, subject, 3_600), 0),
    ]);
  if (counts.length === 0) return undefined;
  return {
    id: 'trouble',
    title: t.trouble,
    value: number(counts.reduce((sum, [, count]) => sum + count, 0)),
    details: counts.map(([text, count]) => fill(text, { n: count })),
    series: [],
    format: whole,
  };
}

function fromFloor({ name, values }) {
  return { name, values: values.map((value) => (value === null ? null : Math.max(FLOOR_DB, value))) };
}

function percent(ratio) {
  return number(ratio, { style: 'percent', maximumFractionDigits: 0 });
}

function whole(value) {
  return number(value, { maximumFractionDigits: 0 });
}

function minus(value) {
  return whole(value).replace('-', '−');
}

function decibels(value, unit) {
  return `${number(value, { maximumFractionDigits: 0 }).replace('-', '−')} ${unit}`;
}

/** `320 kbit/s`, `1.2 Mbit/s`; narrow: without what the title says. */
function bits(perSecond, form = 'full') {
  const isLarge = perSecond >= 1e6;
  const text = number(perSecond / (isLarge ? 1e6 : 1e3), { maximumFractionDigits: isLarge ? 1 : 0 });
  return form === 'narrow' ? `${text} ${isLarge ? 'M' : 'k'}` : `${text} ${isLarge ? 'Mbit/s' : 'kbit/s'}`;
}
