import { html, useEffect, useState } from '../html.js';
import { fill, number, words } from '../language.js';
import { useStore } from '../store.js';
import { quality, secondsInHand } from './quality-state.js';
import { mbpsWords, NETWORK_WORDS, SYSTEM_WORDS, sentenceOf, sourceWords } from './quality-words.js';
import { playing } from './sound.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const IN_HAND_MS = 1_000;

/** The figures of Quick Sync: the connection, the load of the appliance, the buffer. */
export function Readings() {
  const { status, details, isLost } = useStore(quality);
  const isGone = status === undefined && isLost;
  return html`<ul class="readings">
    <${Network} network=${status?.network} details=${details} isGone=${isGone} />
    <${System} system=${status?.system} more=${details?.system} isGone=${isGone} />
    <${Buffer} advice=${status?.buffer} />
  </ul>`;
}

function Network({ network, details, isGone }) {
  const { link, network: own } = details ?? {};
  const more = [
    link && sourceWords(link),
    typeof link?.rtt_ms === 'number' && fill(t.answersIn, { n: Math.max(1, Math.round(link.rtt_ms)) }),
    own && placeOf(own),
  ];
  return html`<li id="network" data-state=${network?.status ?? 'unknown'}>
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true">
      <rect class="bar-1" x="2" y="15" width="4" height="6" rx="1" />
      <rect class="bar-2" x="7.5" y="11" width="4" height="10" rx="1" />
      <rect class="bar-3" x="13" y="7" width="4" height="14" rx="1" />
      <rect class="bar-4" x="18.5" y="3" width="4" height="18" rx="1" />
    </svg>
    <div>
      <p class="row"><span>${t.connection}</span> <span class="reading"><strong id="network-word" class="word">${wordOf(network, NETWORK_WORDS, isGone)}</strong> <span id="network-figure" class="figure">${network && `${link?.lower_bound ? '≥ ' : ''}${mbpsWords(network.speed_mbps)}`}</span></span></p>
      <p id="network-more" class="hint">${isGone ? t.noAnswer : sentenceOf(more)}</p>
    </div>
  </li>`;
}

/** How the appliance itself is connected. */
function placeOf({ type, rated_mbps: rated, signal_dbm: signal }) {
  if (type === 'wifi') {
    return typeof signal === 'number' ? `${t.onWifi}, ${number(Math.round(signal)).replace('-', '−')} dBm` : t.onWifi;
  }
  if (type === 'ethernet')
    return typeof rated === 'number' ? `${t.onEthernet}, ${fill(t.mbps, { n: rated })}` : t.onEthernet;
  return '';
}

function System({ system, more, isGone }) {
  const figures = system && [
    typeof system.cpu_percent === 'number' ? fill(t.cpu, { n: Math.round(system.cpu_percent) }) : t.cpuNotKnown,
    typeof system.memory_percent === 'number' &&
      fill(t.memory, {
        n: Math.round(system.memory_percent),
        free: String(Math.round(system.memory_available_mb ?? 0)),
      }),
    typeof more?.temperature_c === 'number' && `${Math.round(more.temperature_c)} °C`,
    more?.throttled && t.slowed,
    more?.swapping && t.swapping,
  ];
  return html`<li id="system" data-state=${system?.status ?? 'unknown'}>
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true">
      <path class="when-unknown" d="M5 12h14" />
      <path class="when-low" d="M4.5 12.5l5 5 10-11" />
      <path class="when-moderate" d="M4 9.5h16M4 15h16" />
      <path class="when-high" d="M12 3.5l9.5 17h-19zM12 10v4.5M12 17.2v.6" />
    </svg>
    <div>
      <p class="row"><span>Pipit</span> <strong id="system-word" class="word">${wordOf(system, SYSTEM_WORDS, isGone)}</strong></p>
      <p id="system-more" class="hint">${isGone ? t.noAnswer : figures && sentenceOf(figures)}</p>
    </div>
  </li>`;
}

function wordOf(reading, known, isGone) {
  if (reading === undefined) return isGone ? t.notKnown : '…';
  return known[reading.status] ?? reading.status;
}

function Buffer({ advice }) {
  return html`<li id="buffer">
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M6.5 3.5h11M6.5 20.5h11M8 3.5c0 5 8 6.5 8 11.5v5.5M16 3.5c0 5-8 6.5-8 11.5v5.5" />
    </svg>
    <div>
      <p class="row"><span>${t.buffer}</span> <strong id="buffer-word" class="word"><${InHand} /></strong></p>
      <p id="buffer-more" class="hint">${advice === undefined ? '…' : adviceWords(advice)}</p>
    </div>
  </li>`;
}

function adviceWords({ buffer_size: size, preload, rebuffer_threshold: threshold }) {
  return fill(t.bufferAdvice, {
    size,
    loads: preload === 'auto' ? t.loadsAhead : fill(t.preload, { n: preload }),
    threshold,
  });
}

function InHand() {
  const { isWanted } = useStore(playing);
  useStore(quality);
  const [seconds, setSeconds] = useState(secondsInHand());
  useEffect(() => {
    const look = () => setSeconds(secondsInHand());
    look();
    if (!isWanted) return undefined;
    const timer = setInterval(() => document.visibilityState === 'visible' && look(), IN_HAND_MS);
    return () => clearInterval(timer);
  }, [isWanted]);
  return isWanted && seconds !== undefined ? fill(t.inHand, { n: seconds }) : t.notPlaying;
}
