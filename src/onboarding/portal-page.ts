import type { WifiNetwork } from '../hardware/wifi.ts';
import { COUNTRIES } from './countries.ts';
import type { PortalProblem, PortalWords, Reader } from './portal-words.ts';

/** What the page shows. */
export interface PortalSight {
  readonly networks: readonly WifiNetwork[];
  /** Why the last attempt failed. */
  readonly problem: { readonly what: PortalProblem; readonly ssid: string } | undefined;
  /** What was chosen for Wi-Fi before; empty: nothing. */
  readonly country: string;
  /** Only who knows the station's password may choose. */
  readonly isOwnerAsked: boolean;
}

/** A page holds no more; who has more neighbours types the name. */
const MAX_NETWORKS = 30;

/*
 * All in one answer and without a script: the small browsers that phones open for such pages can do little, and there is
 * no network to fetch the rest from.
 */
const STYLE = `
:root{color-scheme:light dark;--line:#8884;--accent:#0b6b5d;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--accent:#5fd0bd;--bad:#ff8a80}}
*{box-sizing:border-box}
body{font:1.0625rem/1.45 system-ui,sans-serif;margin:0 auto;max-width:32rem;padding:1.25rem}
h1{font-size:1.375rem;line-height:1.25;margin:0 0 .5rem}
fieldset{border:0;margin:1rem 0;padding:0}
legend{font-weight:600;margin-bottom:.25rem;padding:0}
.network{align-items:center;border-bottom:1px solid var(--line);display:flex;gap:.75rem;min-height:3rem;padding:.5rem .125rem}
.network input{flex:none;height:1.25rem;margin:0;width:1.25rem;accent-color:var(--accent)}
.name{flex:1;min-width:0;overflow-wrap:anywhere}
.name small{display:block;opacity:.75}
.bars{flex:none}
.bars i{background:currentColor;border-radius:1px;display:inline-block;margin-left:2px;opacity:.2;width:5px}
.bars i:nth-child(1){height:6px}.bars i:nth-child(2){height:11px}.bars i:nth-child(3){height:16px}
.bars .on{opacity:1}
.field{display:block;margin:1rem 0}
.field span{display:block;font-weight:600;margin-bottom:.25rem}
.field small{display:block;margin-top:.25rem;opacity:.75}
.field input,select{border:1px solid #8888;border-radius:.375rem;font:inherit;height:2.875rem;padding:0 .625rem;width:100%}
form:has(input[type=radio]:checked):not(:has(#other:checked)) .hidden-one{display:none}
button{background:var(--accent);border:0;border-radius:.375rem;color:#fff;font:inherit;font-weight:600;height:3rem;width:100%}
@media(prefers-color-scheme:dark){button{color:#00201b}}
a{color:var(--accent);display:inline-block;padding:.5rem 0}
.problem{border-left:4px solid var(--bad);margin:1rem 0;padding:.25rem 0 .25rem .75rem}
.url{font-size:1.125rem;overflow-wrap:anywhere}
`.replaceAll('\n', '');

/** The list of networks, with a form to join one. */
export function networksPage(sight: PortalSight, words: PortalWords, { language, country }: Reader): string {
  const { networks, problem, isOwnerAsked } = sight;
  const shown = networks.slice(0, MAX_NETWORKS);
  const chosen = problem !== undefined && shown.some(({ ssid }) => ssid === problem.ssid) ? problem.ssid : undefined;
  const typed = problem !== undefined && chosen === undefined ? problem.ssid : '';
  const isOther = typed !== '' || shown.length === 0;
  return page(
    language,
    words.title,
    `<h1>${text(words.title)}</h1><p>${text(words.intro)}</p>
${problem === undefined ? '' : `<p class="problem" role="alert">${text(words.problems[problem.what](problem.ssid))}</p>`}
<form method="post" action="/join" autocomplete="off">
<fieldset><legend>${text(words.choose)}</legend>
${shown.length === 0 ? `<p>${text(words.none)}</p>` : shown.map((network) => row(network, network.ssid === chosen, words)).join('\n')}
<label class="network"><input type="radio" name="ssid" value="" id="other"${isOther ? ' checked' : ''}><span class="name">${text(words.other)}</span></label>
</fieldset>
<label class="field hidden-one"><span>${text(words.otherName)}</span>
<input name="other" maxlength="32" autocapitalize="none" autocorrect="off" spellcheck="false" value="${text(typed)}"></label>
<label class="field"><span>${text(words.password)}</span>
<input name="password" type="text" maxlength="63" autocapitalize="none" autocorrect="off" spellcheck="false"></label>
<label class="field"><span>${text(words.country)}</span>
<select name="country">${countries(language, sight.country === '' ? country : sight.country)}</select></label>
${isOwnerAsked ? ownerField(words) : ''}<button>${text(words.join)}</button>
</form>
<p><a href="/again">${text(words.again)}</a></p>`,
  );
}

/** What is said once a network was chosen; the access point is gone a moment later. */
export function joiningPage(
  { ssid, ownSsid, urls }: { readonly ssid: string; readonly ownSsid: string; readonly urls: readonly string[] },
  words: PortalWords,
  { language }: Reader,
): string {
  const links = urls.map((url) => `<p class="url"><a href="${text(url)}">${text(url)}</a></p>`).join('');
  return page(
    language,
    words.joining(ssid),
    `<h1>${text(words.joining(ssid))}</h1><p>${text(words.next(ssid))}</p>${links}<p>${text(words.back(ownSsid))}</p>`,
  );
}

function ownerField(words: PortalWords): string {
  return `<label class="field"><span>${text(words.owner)}</span>
<input name="owner" type="password" maxlength="200" autocapitalize="none" autocorrect="off" spellcheck="false">
<small>${text(words.ownerForgotten)}</small></label>
`;
}

function row({ ssid, signalPercent, isSecured }: WifiNetwork, isChosen: boolean, words: PortalWords): string {
  const level = signalPercent >= 67 ? 2 : signalPercent >= 34 ? 1 : 0;
  const bars = [0, 1, 2].map((each) => (each <= level ? '<i class="on"></i>' : '<i></i>')).join('');
  const note = isSecured ? '' : `<small>${text(words.open)}</small>`;
  return `<label class="network"><input type="radio" name="ssid" value="${text(ssid)}"${isChosen ? ' checked' : ''}><span class="name">${text(ssid)}${note}</span><span class="bars" role="img" aria-label="${text(words.strength[level] as string)}">${bars}</span></label>`;
}

function countries(language: string, chosen: string): string {
  const names = new Intl.DisplayNames([language], { type: 'region' });
  const { compare } = new Intl.Collator(language);
  const options = COUNTRIES.map((code) => [code, names.of(code) ?? code] as const)
    .toSorted(([, a], [, b]) => compare(a, b))
    .map(([code, name]) => `<option value="${code}"${code === chosen ? ' selected' : ''}>${text(name)}</option>`);
  return `<option value="">–</option>${options.join('')}`;
}

function page(language: string, title: string, body: string): string {
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${text(title)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body><main>
${body}
</main></body></html>
`;
}

/** For the text of an element and the value of an attribute in double quotes. */
function text(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
