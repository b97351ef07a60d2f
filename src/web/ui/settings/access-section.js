import { access, refreshAccess } from '../access.js';
import { html, useState } from '../html.js';
import { counted, fill } from '../language.js';
import { useStore } from '../store.js';
import { setPassword, signOutEverywhere } from './calls.js';
import { ConfirmButton } from './confirm-button.js';
import { Field } from './field.js';
import { Fields } from './fields.js';
import { t } from './texts.js';
import { TokensCard } from './tokens-card.js';

/** Who may do what. */
export function AccessSection() {
  const who = useStore(access);
  return html`
    <${Fields} id="who-listens" title=${t.whoListens} names=${['auth.listeners']} />
    <${PasswordCard} who=${who} />
    <${TokensCard} />
    <${Fields} id="https" title=${t.https} hint=${t.httpsWhy} names=${['server.tls', 'server.tls_port', 'server.tls_certificate', 'server.tls_key']}>
      ${who?.https_port > 0 && !who.secure && html`<p><a href=${`https://${location.hostname}:${who.https_port}/`}>${fill(t.openHttps, { url: `https://${location.hostname}:${who.https_port}/` })}</a></p>`}
      ${who?.secure && html`<p class="hint">${t.isSecure}</p>`}
    <//>
    <details class="card">
      <summary>${t.names}</summary>
      <div class="keys">${['auth.allowed_hosts', 'auth.trusted_proxies'].map((name) => html`<${Field} key=${name} name=${name} />`)}</div>
    </details>
  `;
}

function PasswordCard({ who }) {
  const [answer, setAnswer] = useState({ tone: '', text: '' });
  const [isBusy, setBusy] = useState(false);
  const isConfigured = who?.password_configured === true;
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const { current, fresh, again } = form.elements;
    if (isBusy) return;
    if (fresh.value !== again.value) {
      setAnswer({ tone: 'bad', text: t.notTheSame });
      again.focus();
      return;
    }
    setBusy(true);
    setAnswer({ tone: '', text: t.saving });
    try {
      await setPassword(fresh.value, current?.value ?? '');
      await refreshAccess();
      form.reset();
      setAnswer({ tone: '', text: t.passwordSet });
    } catch (error) {
      setAnswer({ tone: 'bad', text: error.message });
      (error.status === 401 ? current : fresh)?.focus();
    }
    setBusy(false);
  };
  const everywhere = async () => {
    try {
      await signOutEverywhere();
      await refreshAccess();
    } catch (error) {
      setAnswer({ tone: 'bad', text: error.message });
    }
  };
  return html`<section class="card" aria-labelledby="password-title">
    <h2 id="password-title">${t.password}</h2>
    ${
      isConfigured
        ? html`<p class="hint">${t.passwordConfigured}</p><div class="keys"><${Field} name="auth.password" /></div>`
        : html`<form class="keys" id="password-form" onSubmit=${submit}>
            <input class="visually-hidden" type="text" name="username" autocomplete="username" value="pipit" tabindex="-1" aria-hidden="true" readonly />
            ${who?.password_set && html`<${PasswordField} id="password-current" name="current" label=${t.passwordCurrent} complete="current-password" />`}
            <${PasswordField} id="password-new" name="fresh" label=${t.passwordNew} hint=${t.passwordLength} complete="new-password" />
            <${PasswordField} id="password-again" name="again" label=${t.passwordAgain} complete="new-password" />
            <p class="buttons"><button class="main" type="submit" aria-disabled=${isBusy}>${t.passwordChange}</button></p>
          </form>`
    }
    <p class="answer" id="password-answer" role="status" data-tone=${answer.tone}>${answer.text}</p>
    <div class="keys"><${Field} name="auth.session_days" /></div>
    <p class="row"><span>${counted(t.sessions, who?.sessions ?? 0)}</span></p>
    <p class="buttons"><${ConfirmButton} id="sign-out-all" label=${t.signOutAll} question=${t.signOutAllWhy} onConfirm=${everywhere} /></p>
  </section>`;
}

function PasswordField({ id, name, label, complete, hint }) {
  return html`<div class="key">
    <label for=${id}>${label}</label>
    <input id=${id} name=${name} type="password" autocomplete=${complete} required maxlength="200" aria-describedby=${hint === undefined ? 'password-answer' : `${id}-doc password-answer`} />
    ${hint !== undefined && html`<p class="hint" id=${`${id}-doc`}>${hint}</p>`}
  </div>`;
}
