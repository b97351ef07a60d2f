import { html, useEffect, useState } from '../html.js';
import { fill, words } from '../language.js';
import { getNetworks, getWifi, joinWifi } from '../settings/calls.js';
import { Choice, StepCard } from './step-card.js';
import { WORDS } from './words.js';

const t = words(WORDS);

/** Which Wi-Fi to join, where there is none yet. */
export function WifiStep() {
  const [found, setFound] = useState({ isLooking: true, networks: [], problem: '' });
  const [hasEthernet, setEthernet] = useState(false);
  const [chosen, choose] = useState();
  const [password, setPassword] = useState('');
  const [isShown, setShown] = useState(false);

  const look = async () => {
    setFound((before) => ({ ...before, isLooking: true, problem: '' }));
    try {
      const { networks } = await getNetworks();
      setFound({
        isLooking: false,
        networks: networks.toSorted((a, b) => b.signal_percent - a.signal_percent),
        problem: '',
      });
      setEthernet((await getWifi()).ethernet);
    } catch (error) {
      setFound({ isLooking: false, networks: [], problem: error.message });
    }
  };
  useEffect(() => void look(), []);

  const network = found.networks.find(({ ssid }) => ssid === chosen);
  const needsWord = network?.secured === true && !network.known;
  const keep = async () => {
    if (chosen === undefined) throw new Error(t.chooseNetwork);
    if (needsWord && password === '') throw new Error(t.wifiPasswordNeeded);
    await joinWifi(chosen, password);
  };
  return html`<${StepCard} step="wifi" title=${t.wifi} why=${hasEthernet ? t.wifiByCable : t.wifiWhy} keep=${keep}>
    <fieldset class="choices" aria-busy=${found.isLooking}>
      <legend>${t.networks}</legend>
      <ul class="choice-list" id="networks">
        ${found.networks.map(
          ({
            ssid,
            signal_percent: signal,
            secured,
            known,
          }) => html`<${Choice} key=${ssid} name="network" value=${ssid} chosen=${chosen} choose=${choose}
            title=${ssid} hint=${[fill(t.signal, { n: signal }), secured ? (known ? t.knownNetwork : t.secured) : t.openNetwork].join(' · ')}
            more=${
              secured && !known
                ? html`<label for="wifi-password">${t.wifiPassword}</label>
                  <input id="wifi-password" type=${isShown ? 'text' : 'password'} autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="63"
                    value=${password} onInput=${({ target }) => setPassword(target.value)} />
                  <label class="show-typed"><input type="checkbox" checked=${isShown} onChange=${({ target }) => setShown(target.checked)} /> ${t.showPassword}</label>`
                : undefined
            } />`,
        )}
      </ul>
      <p class="hint looking" role="status">${found.isLooking ? t.lookingWifi : found.problem || (found.networks.length === 0 ? t.noNetworks : '')}</p>
      <p><button type="button" id="look-again" aria-disabled=${found.isLooking} onClick=${look}>${t.lookAgain}</button></p>
    </fieldset>
  <//>`;
}
