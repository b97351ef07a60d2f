import { html, useEffect, useState } from '../html.js';
import { duration, fill } from '../language.js';
import { getMqtt, testMqtt } from './calls.js';
import { Field } from './field.js';
import { drafts } from './form.js';
import { t } from './texts.js';

const LOOK_MS = 3_000;
/** What a connection depends on. */
const TRIED = ['url', 'username', 'password', 'version', 'client_id', 'ca_file', 'verify_certificate'];

/** The broker of the house, and Home Assistant behind it. */
export function MqttSection() {
  return html`
    <${StateCard} />
    <section class="card" aria-labelledby="broker-title">
      <h2 id="broker-title">${t.broker}</h2>
      <p class="hint">${t.brokerWhy}</p>
      <div class="keys">
        <${Field} name="mqtt.url" isPlain />
        <${Field} name="mqtt.username" />
        <${Field} name="mqtt.password" />
      </div>
      <${Test} />
      <details>
        <summary>${t.moreOfBroker}</summary>
        <div class="keys">${['version', 'client_id', 'ca_file', 'verify_certificate', 'keepalive_s'].map((key) => html`<${Field} key=${key} name=${`mqtt.${key}`} />`)}</div>
      </details>
    </section>
    <section class="card" aria-labelledby="ha-title">
      <h2 id="ha-title">Home Assistant</h2>
      <p class="hint">${t.homeAssistantWhy}</p>
      <div class="keys">${['discovery', 'commands', 'interval_s', 'camera_interval_s', 'topic_prefix', 'discovery_prefix'].map((key) => html`<${Field} key=${key} name=${`mqtt.${key}`} />`)}</div>
    </section>
  `;
}

function StateCard() {
  const [status, setStatus] = useState();
  useEffect(() => {
    let timer;
    let isHere = true;
    const look = async () => {
      const told = await getMqtt().catch(() => undefined);
      if (!isHere) return;
      setStatus(told);
      timer = setTimeout(look, LOOK_MS);
    };
    void look();
    return () => {
      isHere = false;
      clearTimeout(timer);
    };
  }, []);
  if (status === undefined) return null;
  const { state, broker, seconds, trouble, topic, unheard } = status;
  return html`<section class="card" id="mqtt-state" data-state=${state} aria-label=${t.section_mqtt}>
    <div class="row">
      <span>${t[`mqtt_${state}`]}</span>
      ${state !== 'off' && html`<span class="figure">${[broker, duration(seconds)].filter(Boolean).join(' · ')}</span>`}
    </div>
    ${trouble !== null && html`<p class="notice" lang="en">${[trouble.message, trouble.remedy].filter(Boolean).join(' ')}</p>`}
    ${state === 'connected' && html`<p class="hint">${fill(t.toldAt, { topic })}</p>`}
    ${unheard.length > 0 && html`<p class="notice">${fill(t.unheard, { topics: unheard.join(', ') })}</p>`}
  </section>`;
}

/** Tries what is typed, before it is saved. */
function Test() {
  const [answer, setAnswer] = useState({ tone: '', text: '' });
  const [isBusy, setBusy] = useState(false);
  const test = async () => {
    if (isBusy) return;
    setBusy(true);
    setAnswer({ tone: '', text: t.testing });
    try {
      const typed = TRIED.map((key) => [key, drafts.value[`mqtt.${key}`]?.raw]).filter(
        ([, raw]) => typeof raw !== 'undefined' && raw !== null,
      );
      const { ok, message } = await testMqtt(Object.fromEntries(typed));
      setAnswer({ tone: ok ? 'good' : 'bad', text: message, head: ok ? t.testWorked : t.testFailed });
    } catch (error) {
      setAnswer({ tone: 'bad', text: error.message, head: t.testFailed });
    }
    setBusy(false);
  };
  return html`<p class="buttons"><button id="mqtt-test" type="button" aria-disabled=${isBusy} onClick=${test}>${t.test}</button></p>
    <p id="mqtt-answer" class="answer" role="status" data-tone=${answer.tone}>
      ${answer.head && html`<strong>${answer.head}</strong> `}<span lang=${answer.head && 'en'}>${answer.text}</span>
    </p>`;
}
