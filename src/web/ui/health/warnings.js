// What is not as it should be, in plain language with what to do, out of figures and status.

import { fill } from '../language.js';

/** Part of the memory, of the disk and of a card's life that is too much. */
const MEMORY_RATIO = 0.92;
const DISK_RATIO = 0.92;
const DISK_FREE_BYTES = 300e6;
const WEAR_RATIO = 0.8;
/** A Pi begins to slow down at 80 °C, some at 60 °C already. */
const WARM_C = 70;
const HOT_C = 80;
const QUIET_DBFS = -50;
const QUIET_SECONDS = 600;
const WEAK_WIFI_DBM = -75;
const LATE_SECONDS = 300;
const RESTART_SECONDS = 600;
const CLIPPING_SECONDS = 60;

const ORDER = ['alarm', 'warning', 'info'];
/** A source that does nothing because it need not is no trouble. */
const CALM_STATES = ['live', 'starting', 'opening', 'stopped', 'waiting', 'ended'];

/**
 * The warning signs, the worst first: `{ id, severity: 'alarm' | 'warning' | 'info', what, why, remedy }`.
 * @param sight `status`: of /api/status; `figures`: FigureHistory; `brokerAway`; `history`: 'kept', 'off' or 'failed'
 * @param t the words of this view
 */
export function warningsOf(sight, t) {
  const found = [...stationSigns(sight, t), ...soundSigns(sight, t), ...hostSigns(sight, t), ...serviceSigns(sight, t)];
  return found.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

function* stationSigns({ status, figures }, t) {
  if (status === undefined) return;
  const { camera, microphone } = status.privacy;
  const isMuted = status.sources.some(({ name }) => figureOf(figures, 'source_muted', name) === 1);
  if (microphone) yield sign('muted-microphone', 'info', t.microphoneMuted, t.mutedWhy, t.mutedRemedy);
  if (camera) yield sign('muted-camera', 'info', t.cameraMuted, t.mutedWhy, t.mutedRemedy);
  if (status.source_status === 'offline' && !(microphone && isMuted)) {
    const trouble = status.sources.find(({ error }) => error !== null)?.error;
    yield sign(
      'no-source',
      'alarm',
      t.noSource,
      trouble?.message ?? t.noSourceWhy,
      trouble?.remedy ?? t.noSourceRemedy,
    );
  }
  for (const { name, state, error, ...source } of [...status.sources, ...status.cameras]) {
    if (error === null || CALM_STATES.includes(state)) continue;
    // The station is off the air because of it: that has been said.
    if (status.source_status === 'offline' && !('viewers' in source)) continue;
    const what = fill('viewers' in source ? t.cameraLost : t.sourceLost, { name });
    yield sign(`lost-${name}`, 'warning', what, error.message, error.remedy);
  }
}

function* soundSigns({ figures }, t) {
  for (const name of figures.subjectsOf('source_connected')) {
    if (figureOf(figures, 'source_connected', name) !== 1) continue;
    const clipped = figures.grown('clipped_samples_total', name, CLIPPING_SECONDS);
    if (clipped > 0) {
      yield sign(`clipping-${name}`, 'warning', fill(t.clipping, { name }), t.clippingWhy, t.clippingRemedy);
    }
    if (figureOf(figures, 'silent', name) === 1) {
      yield sign(`silent-${name}`, 'warning', fill(t.silent, { name }), t.silentWhy, t.silentRemedy);
    } else if (isQuietForLong(figures, name)) {
      yield sign(
        `quiet-${name}`,
        'warning',
        fill(t.quiet, { name }),
        fill(t.quietWhy, { db: QUIET_DBFS }),
        t.quietRemedy,
      );
    }
  }
  const xruns = figures.grown('capture_xruns_total', '', LATE_SECONDS);
  if (xruns > 0) yield sign('xruns', 'warning', t.xruns, fill(t.xrunsWhy, { n: xruns }), t.xrunsRemedy);
  const skips = figures.grown('listener_skips_total', '', LATE_SECONDS);
  if (skips > 0) yield sign('skips', 'warning', t.skips, fill(t.skipsWhy, { n: skips }), t.skipsRemedy);
  for (const what of ['source', 'camera']) {
    for (const name of figures.subjectsOf(`${what}_restarts_total`)) {
      const restarts = figures.grown(`${what}_restarts_total`, name, RESTART_SECONDS);
      if (restarts === 0) continue;
      const text = fill(t.restarts, { name });
      yield sign(`restarts-${name}`, 'warning', text, fill(t.restartsWhy, { n: restarts }), t.restartsRemedy);
    }
  }
}

function* hostSigns({ figures }, t) {
  const value = (name) => figureOf(figures, name, '');
  if (value('under_voltage') === 1) {
    yield sign('under-voltage', 'alarm', t.underVoltage, t.underVoltageWhy, t.underVoltageRemedy);
  }
  const celsius = value('temperature_celsius');
  if (value('throttled') === 1 && value('under_voltage') !== 1) {
    yield sign('throttled', 'alarm', t.throttled, t.throttledWhy, t.throttledRemedy);
  } else if (celsius >= WARM_C) {
    const severity = celsius >= HOT_C ? 'alarm' : 'warning';
    yield sign('hot', severity, t.hot, fill(t.hotWhy, { n: Math.round(celsius) }), t.hotRemedy);
  }
  const memory = value('memory_used_ratio');
  if (memory >= MEMORY_RATIO) {
    yield sign('memory', 'warning', t.memoryShort, fill(t.memoryWhy, { n: percent(memory) }), t.memoryRemedy);
  }
  const disk = value('disk_used_ratio');
  if (disk >= DISK_RATIO || value('disk_free_bytes') < DISK_FREE_BYTES) {
    yield sign(
      'disk',
      disk >= 0.99 ? 'alarm' : 'warning',
      t.diskFull,
      fill(t.diskWhy, { n: percent(disk) }),
      t.diskRemedy,
    );
  }
  const wear = value('card_wear_ratio');
  if (wear >= WEAR_RATIO) {
    yield sign(
      'card',
      wear >= 1 ? 'alarm' : 'warning',
      t.cardWorn,
      fill(t.cardWhy, { n: percent(wear) }),
      t.cardRemedy,
    );
  }
  const signal = value('wifi_signal_dbm');
  if (signal <= WEAK_WIFI_DBM) {
    yield sign('wifi', 'warning', t.wifiWeak, fill(t.wifiWhy, { n: Math.round(signal) }), t.wifiRemedy);
  }
  if (value('saving_step') > 0 || value('sound_saving_step') > 0) {
    yield sign('saving', 'info', t.saving, t.savingWhy, t.savingRemedy);
  }
}

function* serviceSigns({ brokerAway, history }, t) {
  if (brokerAway) yield sign('broker', 'warning', t.brokerAway, t.brokerWhy, t.brokerRemedy);
  if (history === 'failed') yield sign('history', 'warning', t.historyLost, t.historyWhy, t.historyRemedy);
}

function isQuietForLong(figures, name) {
  const { times } = figures;
  const fromMs = (times.at(-1) ?? 0) - QUIET_SECONDS * 1000;
  const recent = figures.valuesOf('level_peak_dbfs', name).filter((_, index) => times[index] > fromMs);
  const known = recent.filter((value) => value !== null);
  // Nobody calls quiet what was heard for a moment only.
  return known.length >= recent.length * 0.9 && known.every((value) => value < QUIET_DBFS);
}

function figureOf(figures, name, subject) {
  return figures.latest[name]?.[subject];
}

function sign(id, severity, what, why, remedy) {
  return { id, severity, what, why, remedy };
}

function percent(ratio) {
  return Math.round(ratio * 100);
}
