import { access, refreshAccess } from '../access.js';
import { html, useState } from '../html.js';
import { chooseLanguage, fill, LANGUAGE_NAMES, language, words } from '../language.js';
import { live } from '../live.js';
import { setPassword } from '../settings/calls.js';
import { useStore } from '../store.js';
import { journey, noteStep } from './journey.js';
import { StepCard } from './step-card.js';
import { WORDS } from './words.js';

const t = words(WORDS);
/** The station has the last word. */
const MIN_LENGTH = 8;

/** Language and password. */
export function StartStep() {
  const who = useStore(access);
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const [isShown, setShown] = useState(false);
  const isTooShort = first.length > 0 && first.length < MIN_LENGTH;
  const differs = second !== '' && first !== second && !first.startsWith(second);

  const keep = async () => {
    if (first.normalize('NFC').length < MIN_LENGTH) throw new Error(fill(t.tooShort, { n: MIN_LENGTH }));
    if (first !== second) throw new Error(t.differ);
    await setPassword(first);
    // Whoever came for something else is led through the rest as well.
    if (journey.value === '') noteStep('start');
    await refreshAccess();
    live.again();
  };
  return html`<${StepCard} step="start" title=${t.welcome} why=${t.welcomeWhy} keep=${who.first_visit ? keep : undefined} canSkip=${false}>
    <fieldset class="languages">
      <legend>${t.language}</legend>
      ${Object.entries(LANGUAGE_NAMES).map(
        ([tag, name]) => html`<label key=${tag} lang=${tag}>
          <input type="radio" name="language" value=${tag} checked=${tag === language} onChange=${() => chooseLanguage(tag)} />
          <span>${name}</span>
        </label>`,
      )}
    </fieldset>
    ${
      who.first_visit
        ? html`<div class="password">
            <h2>${t.choosePassword}</h2>
            <p class="hint" id="password-why">${fill(t.passwordWhy, { n: MIN_LENGTH })}</p>
            <input class="visually-hidden" type="text" name="username" autocomplete="username" value="pipit" tabindex="-1" aria-hidden="true" readonly />
            <label for="password">${t.password}</label>
            <input id="password" type=${isShown ? 'text' : 'password'} autocomplete="new-password" autocapitalize="off" spellcheck="false" required
              aria-describedby="password-why password-says" aria-invalid=${isTooShort ? 'true' : undefined} value=${first}
              onInput=${({ target }) => setFirst(target.value)} />
            <label for="password-again">${t.passwordAgain}</label>
            <input id="password-again" type=${isShown ? 'text' : 'password'} autocomplete="new-password" autocapitalize="off" spellcheck="false" required
              aria-describedby="password-says" aria-invalid=${differs ? 'true' : undefined} value=${second}
              onInput=${({ target }) => setSecond(target.value)} />
            <p class="hint" id="password-says" role="status">${saying({ first, second, isTooShort, differs })}</p>
            <label class="show-typed"><input type="checkbox" checked=${isShown} onChange=${({ target }) => setShown(target.checked)} /> ${t.showPassword}</label>
          </div>`
        : html`<p id="password-set" class="fine">${who.password_set ? t.passwordSet : t.passwordElsewhere}</p>`
    }
  <//>`;
}

function saying({ first, second, isTooShort, differs }) {
  if (isTooShort) return fill(t.moreCharacters, { n: MIN_LENGTH - first.length });
  if (differs) return t.differ;
  return first !== '' && first === second ? t.same : '';
}
