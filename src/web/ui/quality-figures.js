// The figures of Quick Sync: the connection, the load of the appliance, the buffer.

import { mbpsFigure, NETWORK_WORDS, SYSTEM_WORDS, secondsFigure, sourceWords } from './quality-words.js';
import { $, show } from './show.js';

/** What the status and the details say, as far as they are known (../quick-sync-answers.ts). */
export function showFigures({ status, details, isLost }) {
  if (status === undefined) return isLost ? showUnknown() : undefined;
  showNetwork(status.network, details);
  showSystem(status.system, details?.system);
  showAdvice(status.buffer);
}

/** @param seconds of sound in hand; undefined: nothing is played */
export function showInHand(seconds) {
  show('buffer-word', seconds === undefined ? 'not playing' : `${secondsFigure(seconds)} in hand`);
}

function showUnknown() {
  for (const name of ['network', 'system']) {
    $(name).dataset.state = 'unknown';
    show(`${name}-word`, 'Not known');
    show(`${name}-more`, 'Pipit does not answer.');
  }
}

function showNetwork({ speed_mbps: mbps, status }, details) {
  const { link, network } = details ?? {};
  $('network').dataset.state = status;
  show('network-word', NETWORK_WORDS[status] ?? status);
  show('network-figure', `${link?.lower_bound ? '≥ ' : ''}${mbpsFigure(mbps)} Mbit/s`);
  const more = [];
  if (link !== undefined) more.push(sourceWords(link));
  if (typeof link?.rtt_ms === 'number') more.push(`answers in ${Math.max(1, Math.round(link.rtt_ms))} ms`);
  if (network !== undefined) more.push(placeOf(network));
  show('network-more', sentence(more.filter(Boolean).join(' · ')));
}

/** How the appliance itself is connected. */
function placeOf({ type, rated_mbps: rated, signal_dbm: signal }) {
  if (type === 'wifi')
    return `Pipit is on Wi-Fi${typeof signal === 'number' ? `, ${String(Math.round(signal)).replace('-', '−')} dBm` : ''}`;
  if (type === 'ethernet') return `Pipit is on Ethernet${typeof rated === 'number' ? `, ${rated} Mbit/s` : ''}`;
  return '';
}

function showSystem(system, more) {
  const { status, cpu_percent: cpu, memory_percent: memory, memory_available_mb: free } = system;
  $('system').dataset.state = status;
  show('system-word', SYSTEM_WORDS[status] ?? status);
  const figures = [
    typeof cpu === 'number' ? `CPU ${Math.round(cpu)} %` : 'CPU not known',
    typeof memory === 'number' ? `memory ${Math.round(memory)} %, ${Math.round(free ?? 0)} MB free` : '',
    typeof more?.temperature_c === 'number' ? `${Math.round(more.temperature_c)} °C` : '',
    more?.throttled ? 'slowed down by heat or a weak power supply' : '',
    more?.swapping ? 'short of memory' : '',
  ];
  show('system-more', sentence(figures.filter(Boolean).join(' · ')));
}

function showAdvice({ buffer_size: size, preload, rebuffer_threshold: threshold }) {
  const loads = preload === 'auto' ? 'loads ahead' : `preload ${preload}`;
  show(
    'buffer-more',
    `${secondsFigure(size)} advised, ${loads}; after a gap on again from ${secondsFigure(threshold)}.`,
  );
}

function sentence(text) {
  return text === '' ? '' : `${text[0].toUpperCase()}${text.slice(1)}.`;
}
