// How the station is: what needs attention, figures that move with an hour of past, what happened.

import { getFigureHistory } from '../api.js';
import { html, useEffect, useState } from '../html.js';
import { duration, fill, words } from '../language.js';
import { live } from '../live.js';
import { station } from '../station.js';
import { useStore } from '../store.js';
import { Chart } from './chart.js';
import { EventsCard, events, isBrokerAway } from './events-card.js';
import { FigureHistory } from './figure-history.js';
import { CHARTED, tilesOf } from './tiles.js';
import { warningsOf } from './warnings.js';
import { WarningsCard } from './warnings-card.js';
import { WORDS } from './words.js';

const t = words(WORDS);

/** Outlives the view: who comes back finds the hour as they left it. */
const figures = new FigureHistory();
let historyState = 'kept';

export function View() {
  const { status } = useStore(station);
  const happened = useStore(events);
  const isOpen = useStore(live.isOpen);
  const [, setReadings] = useState(0);
  const drawAgain = () => setReadings((count) => count + 1);

  useEffect(
    () =>
      live.watch('figures', (told) => {
        figures.add(Date.now(), told);
        drawAgain();
      }),
    [],
  );
  // After each silence of the socket there is a gap to fill.
  useEffect(() => {
    if (isOpen) void loadPast().then(drawAgain);
  }, [isOpen]);

  const hasFigures = figures.times.length > 0 && figures.latest.uptime_seconds !== undefined;
  const sight = { status, figures, brokerAway: isBrokerAway(happened), history: historyState };
  return html`
    <div class="health" data-wide>
      <h1 tabindex="-1">${t.title}</h1>
      <${WarningsCard} warnings=${warningsOf(sight, t)} isKnown=${hasFigures && status !== undefined} />
      <section aria-labelledby="figures-title">
        <h2 id="figures-title">${t.figures}</h2>
        <p class="hint">
          ${hasFigures ? `${t.lastHour} · ${fill(t.uptime, { time: duration(figures.latest.uptime_seconds['']) })}` : isOpen ? t.waiting : t.noSocket}
        </p>
        <div class="tiles">${hasFigures && tilesOf(figures, t).map((tile) => html`<${Tile} key=${tile.id} ...${tile} />`)}</div>
      </section>
      <${EventsCard} events=${happened} />
    </div>
  `;
}

/** The hour before this moment, as far as the station has kept it. */
async function loadPast() {
  const nowMs = Date.now();
  try {
    const past = await getFigureHistory({ names: CHARTED, fromMs: nowMs - 3_600_000, toMs: nowMs });
    figures.fill(nowMs, past);
    historyState = 'kept';
  } catch (error) {
    // Without an answer, or without a history, there is nothing to say about it.
    historyState = error.status >= 500 ? 'failed' : 'off';
  }
}

function Tile({ id, title, value, details, series, range, format }) {
  const known = (series[0]?.values ?? []).filter((one) => one !== null);
  const bounds = { low: format(Math.min(...known)), high: format(Math.max(...known)) };
  const label = fill(t.chart, { title, now: value, ...bounds });
  return html`<section class="card tile" id=${`tile-${id}`} aria-labelledby=${`tile-${id}-title`}>
    <div class="row">
      <h3 id=${`tile-${id}-title`}>${title}</h3>
      <p class="value">${value}</p>
    </div>
    ${
      series.length > 0 &&
      html`<${Chart} label=${label} times=${figures.times} fromMs=${figures.knownFromMs} series=${series} range=${range} format=${format} />`
    }
    ${series.length > 1 && html`<${Legend} series=${series} />`}
    ${details.length > 0 && html`<ul class="details">${details.map((text) => html`<li key=${text}>${text}</li>`)}</ul>`}
  </section>`;
}

function Legend({ series }) {
  return html`<ul class="legend" aria-hidden="true">
    ${series.map(({ name }, index) => html`<li key=${name} data-line=${index}>${name}</li>`)}
  </ul>`;
}
