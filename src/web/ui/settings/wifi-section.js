import { html, useEffect, useState } from '../html.js';
import { fill } from '../language.js';
import { useStore } from '../store.js';
import { getNetworks, joinWifi } from './calls.js';
import { t } from './texts.js';
import { lookForWifi, wifi } from './wifi.js';

/** Which network the machine is in, and another one. */
export function WifiSection() {
  const now = useStore(wifi);
  const [networks, setNetworks] = useState();
  const [chosen, setChosen] = useState();
  const [answer, setAnswer] = useState({ tone: '', text: '' });
  const act = async (text, work, done) => {
    setAnswer({ tone: '', text });
    try {
      await work();
      setAnswer({ tone: '', text: done });
    } catch (error) {
      setAnswer({ tone: 'bad', text: error.message });
    }
  };
  const scan = () =>
    act(
      t.scanning,
      async () => {
        setNetworks((await getNetworks()).networks);
        await lookForWifi();
      },
      '',
    );
  useEffect(() => {
    if (now?.available) void scan();
  }, [now?.available]);
  if (now === undefined) return html`<p class="loading" role="status">${t.loading}</p>`;
  if (!now.available) return html`<section class="card"><p>${t.noWifi}</p></section>`;
  const join = (ssid, password) =>
    act(
      fill(t.joining, { ssid }),
      async () => {
        await joinWifi(ssid, password);
        setChosen(undefined);
        await lookForWifi();
      },
      fill(t.joined, { ssid }),
    );
  return html`<section class="card" aria-labelledby="wifi-title">
    <div class="row">
      <h2 id="wifi-title">${now.ssid === null ? t.notJoined : now.ssid}</h2>
      <button type="button" onClick=${scan}>${t.scan}</button>
    </div>
    <p class="hint">${now.ethernet ? t.cable : t.noCable}</p>
    <p class="answer" role="status" data-tone=${answer.tone}>${answer.text}</p>
    <ul class="list networks" aria-label=${t.networks}>
      ${(networks ?? []).map(
        (network) => html`<${Network} key=${network.ssid} network=${network} isChosen=${chosen === network.ssid}
          onChoose=${() => setChosen(chosen === network.ssid ? undefined : network.ssid)} onJoin=${join} />`,
      )}
    </ul>
    <details>
      <summary>${t.hiddenNetwork}</summary>
      <${JoinForm} isSecured onJoin=${join} />
    </details>
  </section>`;
}

function Network({ network, isChosen, onChoose, onJoin }) {
  const { ssid, signal_percent: signal, secured, current, known } = network;
  const facts = [
    fill(t.signal, { n: signal }),
    secured ? '' : t.openNetwork,
    current ? t.currentNetwork : known ? t.knownNetwork : '',
  ];
  return html`<li>
    <span><strong>${ssid}</strong> <span class="hint">${facts.filter(Boolean).join(' · ')}</span></span>
    ${!current && html`<button type="button" aria-expanded=${isChosen} aria-label=${fill(t.joinNamed, { ssid })} onClick=${onChoose}>${t.join}</button>`}
    ${isChosen && html`<${JoinForm} ssid=${ssid} isSecured=${secured} isKnown=${known} onJoin=${onJoin} />`}
  </li>`;
}

/** @param ssid undefined: somebody types it */
function JoinForm({ ssid, isSecured, isKnown, onJoin }) {
  const id = `join-${ssid ?? ''}`.replaceAll(/[^\w-]/g, '_');
  const submit = (event) => {
    event.preventDefault();
    const { network, password } = event.currentTarget.elements;
    void onJoin(ssid ?? network.value, password?.value ?? '');
  };
  return html`<form class="keys" onSubmit=${submit}>
    ${
      ssid === undefined &&
      html`<div class="key"><label for=${`${id}-name`}>${t.networkName}</label><input id=${`${id}-name`} name="network" required maxlength="32" autocomplete="off" /></div>`
    }
    ${
      isSecured &&
      html`<div class="key">
        <label for=${`${id}-password`}>${t.networkPassword}</label>
        <input id=${`${id}-password`} name="password" type="password" autocomplete="off" maxlength="63" aria-describedby=${`${id}-doc`} />
        <p class="hint" id=${`${id}-doc`}>${isKnown ? t.networkKnown : t.networkWhy}</p>
      </div>`
    }
    <p class="buttons"><button class="main" type="submit">${t.join}</button></p>
  </form>`;
}
