import { html, useEffect, useState } from '../html.js';
import { dateTime, fill } from '../language.js';
import { CopyField } from '../share/copy-field.js';
import { getTokens, makeToken, removeToken } from './calls.js';
import { ConfirmButton } from './confirm-button.js';
import { t } from './texts.js';

const SCOPES = ['read', 'control', 'admin'];

/** Tokens for scripts and programs. */
export function TokensCard() {
  const [tokens, setTokens] = useState([]);
  const [made, setMade] = useState();
  const [problem, setProblem] = useState('');
  const attempt = async (work) => {
    setProblem('');
    try {
      await work();
      setTokens((await getTokens()).tokens);
    } catch (error) {
      setProblem(error.message);
    }
  };
  useEffect(() => void attempt(async () => {}), []);
  const make = (event) => {
    event.preventDefault();
    const { token, scope } = event.currentTarget.elements;
    void attempt(async () => {
      setMade(await makeToken(token.value, scope.value));
      token.value = '';
    });
  };
  const remove = (id) =>
    attempt(async () => {
      await removeToken(id);
      if (made?.id === id) setMade(undefined);
    });
  return html`<section class="card" id="tokens" aria-labelledby="tokens-title">
    <h2 id="tokens-title">${t.tokens}</h2>
    <p class="hint">${t.tokensWhy}</p>
    <form class="keys pair" onSubmit=${make}>
      <div class="key">
        <label for="token-name">${t.tokenName}</label>
        <input id="token-name" name="token" required maxlength="64" autocomplete="off" placeholder=${t.tokenExample} />
      </div>
      <div class="key">
        <label for="token-scope">${t.tokenMay}</label>
        <select id="token-scope" name="scope">${SCOPES.map((scope) => html`<option key=${scope} value=${scope}>${t[`scope_${scope}`]}</option>`)}</select>
      </div>
      <p class="buttons"><button class="main" type="submit">${t.tokenMake}</button></p>
    </form>
    <p class="answer" role="alert" data-tone="bad">${problem}</p>
    <div role="status">
      ${
        made !== undefined &&
        html`<div class="made-token">
          <p>${fill(t.tokenMade, { name: made.name })}</p>
          <${CopyField} id="token-secret" label=${t.token} text=${made.token} />
          <${CopyField} id="token-use" label=${t.tokenUse} text=${`curl -H "Authorization: Bearer ${made.token}" ${location.origin}/api/status`} />
        </div>`
      }
    </div>
    ${
      tokens.length > 0 &&
      html`<ul class="list" aria-label=${t.tokens}>
        ${tokens.map(
          ({ id, name, scope, created_ms: made_ms }) => html`<li key=${id}>
            <span><strong>${name}</strong> <span class="hint">${t[`scope_${scope}`]} · ${dateTime(made_ms)}</span></span>
            <${ConfirmButton} label=${t.revoke} name=${fill(t.revokeNamed, { name })} question=${t.revokeWhy} tone="danger" onConfirm=${() => remove(id)} />
          </li>`,
        )}
      </ul>`
    }
  </section>`;
}
