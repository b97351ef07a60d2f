import { html } from '../html.js';
import { fill, words } from '../language.js';
import { WORDS } from './words.js';

const t = words(WORDS);

/** Types of sources that hear what is said around the box. */
const MICROPHONES = ['alsa', 'exec'];
const HEARD = { demo: t.demo, silence: t.silence, test: t.testTone };

/** Says plainly when something else is heard than what the station is for, why, and what to do. */
export function Notice({ status, mount, source }) {
  const told = status === undefined ? undefined : noticeOf(status, mount, source);
  return html`<div id="notice" class="notice" role="status" hidden=${told === undefined}>
    <p><strong id="notice-what">${told?.what}</strong></p>
    ${told?.why && html`<p id="notice-why">${told.why}</p>`}
    ${told?.remedy && html`<p id="notice-remedy">${told.remedy}</p>`}
  </div>`;
}

function noticeOf({ privacy, sources }, mount, active) {
  if (privacy.microphone && MICROPHONES.includes(active?.type)) return { what: t.mutedHeard, remedy: t.mutedRemedy };
  const chain = (mount?.chain ?? []).map((name) => sources.find((source) => source.name === name)).filter(Boolean);
  // A place for a source client that nobody has taken is no fault; the first other one is the station's own.
  const own = chain.find(({ type }) => type !== 'client') ?? chain[0];
  const isOwn = active !== undefined && (active === own || chain.indexOf(active) < chain.indexOf(own));
  if (mount === undefined || isOwn) return undefined;
  const because = becauseOf(own);
  const instead = HEARD[active?.type] ?? fill(t.quoted, { name: active?.name });
  const why = own?.error?.message ?? own?.detail ?? '';
  return {
    what: active ? fill(t.hearInstead, { instead, because }) : fill(t.noSound, { because }),
    why: why && `${own.name}: ${why}${/[.!?]$/.test(why) ? '' : '.'}`,
    remedy: (own?.error?.remedy ?? '').replace(/`([^`]*)`/g, (_, code) => fill(t.quoted, { name: code })),
  };
}

function becauseOf(own) {
  if (own?.type !== 'alsa') return fill(t.sourceGone, { name: own?.name ?? '?' });
  return own.error?.code === 'capture.no-device' ? t.noMicrophone : t.microphoneGone;
}
