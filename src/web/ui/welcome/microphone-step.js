import { html, useEffect, useState } from '../html.js';
import { fill, words } from '../language.js';
import { getDevices } from '../settings/calls.js';
import { station } from '../station.js';
import { DeviceLevel } from './device-level.js';
import { becoming, change, isFilled, mainSource, playing, settingIs } from './given.js';
import { Choice, StepCard } from './step-card.js';
import { WORDS } from './words.js';

const t = words(WORDS);
/** What can be chosen here; whatever else is set can be kept. */
const KNOWN = ['alsa', 'url', 'file', 'demo'];

/** Where the sound comes from. */
export function MicrophoneStep() {
  const source = mainSource();
  const setting = (key) => settingIs(`source.${source}.${key}`);
  const [found, setFound] = useState({ isLooking: true, sound: [], problem: '' });
  const [chosen, choose] = useState();
  const [heard, setHeard] = useState();
  const [url, setUrl] = useState('');
  const [path, setPath] = useState(setting('path') ?? '');

  const look = async () => {
    setHeard(undefined);
    setFound((before) => ({ ...before, isLooking: true, problem: '' }));
    try {
      const { sound } = await getDevices();
      setFound({ isLooking: false, sound, problem: '' });
    } catch (error) {
      setFound({ isLooking: false, sound: [], problem: error.message });
    }
  };
  useEffect(() => void look(), []);

  const type = setting('type');
  const isOfOther = type !== undefined && !KNOWN.includes(type);
  const now = chosen ?? presentChoice(type, setting('device'), found.sound);
  const holdsUrl = type === 'url' && isFilled(`source.${source}.url`);

  const keep = async () => {
    if (now === 'url' && url.trim() === '' && !holdsUrl) throw new Error(t.addressNeeded);
    if (now === 'file' && path.trim() === '') throw new Error(t.pathNeeded);
    const values = valuesOf(now, { url: url.trim(), path: path.trim() });
    if (values === undefined) return;
    await change({ ...becoming(`source.${source}`, values), ...playing(source) });
  };
  const row = { name: 'microphone', chosen: now, choose };
  return html`<${StepCard} step="microphone" title=${t.microphone} why=${t.microphoneWhy} keep=${keep}>
    <fieldset class="choices" aria-busy=${found.isLooking}>
      <legend>${t.found}</legend>
      <ul class="choice-list" id="microphones">
        ${found.sound.map(
          (
            one,
          ) => html`<${Choice} key=${one.device} ...${row} value=${`device ${one.device}`} title=${one.name} hint=${aboutDevice(one)}
            more=${heard === one.device ? undefined : html`<p class="hint">${t.tryIt}</p>`}>
            <button type="button" aria-pressed=${heard === one.device} aria-label=${fill(t.listenTo, { name: one.name })}
              onClick=${() => setHeard(heard === one.device ? undefined : one.device)}>${heard === one.device ? t.stop : t.listen}</button>
          <//>
          ${heard === one.device && html`<li key=${`${one.device} level`} class="level-row"><${DeviceLevel} device=${one.device} name=${one.name} onEnd=${() => setHeard(undefined)} /></li>`}`,
        )}
        <${Choice} ...${row} value="device auto" title=${t.firstMicrophone} hint=${found.sound.length === 0 ? t.firstLater : t.firstWhy} />
      </ul>
      <p class="hint looking" role="status">${found.isLooking ? t.looking : found.problem || (found.sound.length === 0 ? t.noMicrophone : '')}</p>
      <p><button type="button" id="look-again" aria-disabled=${found.isLooking} onClick=${look}>${t.lookAgain}</button></p>
    </fieldset>
    <fieldset class="choices">
      <legend>${t.withoutMicrophone}</legend>
      <ul class="choice-list">
        <${Choice} ...${row} value="demo" title=${t.demo} hint=${t.demoWhy} />
        <${Choice} ...${row} value="url" title=${t.networkStream} hint=${t.networkStreamWhy}
          more=${html`<label for="source-url">${t.address}</label>
            <input id="source-url" type="url" inputmode="url" autocomplete="off" value=${url}
              placeholder=${holdsUrl ? t.addressKept : 'https://…'} onInput=${({ target }) => setUrl(target.value)} />`} />
        <${Choice} ...${row} value="file" title=${t.file} hint=${t.fileWhy}
          more=${html`<label for="source-path">${t.path}</label>
            <input id="source-path" autocomplete="off" spellcheck="false" value=${path} placeholder="/home/pi/birds.mp3"
              onInput=${({ target }) => setPath(target.value)} />`} />
        ${isOfOther && html`<${Choice} ...${row} value="same" title=${fill(t.asItIs, { type })} hint=${detailOf(source)} />`}
      </ul>
    </fieldset>
  <//>`;
}

function presentChoice(type, device, sound) {
  if (type === 'alsa') {
    const one = sound.find((each) => each.device === device || each.also.includes(device));
    return one === undefined ? 'device auto' : `device ${one.device}`;
  }
  return KNOWN.includes(type) ? type : type === undefined ? 'device auto' : 'same';
}

/** What to set for a choice; undefined: nothing. */
function valuesOf(choice, { url, path }) {
  if (choice === 'same') return undefined;
  if (choice === 'demo') return { type: 'demo' };
  if (choice === 'url') return url === '' ? { type: 'url' } : { type: 'url', url };
  if (choice === 'file') return { type: 'file', path };
  return { type: 'alsa', device: choice.slice('device '.length) };
}

function aboutDevice({ usb_port: usbPort, channels, in_use_by: inUseBy, in_use_elsewhere: isInUse }) {
  const channelWords =
    channels === null
      ? undefined
      : channels === 1
        ? t.mono
        : channels === 2
          ? t.stereo
          : fill(t.channels, { n: channels });
  return [
    usbPort === null ? undefined : fill(t.usbPort, { port: usbPort }),
    channelWords,
    inUseBy === null ? undefined : t.usedNow,
    isInUse ? t.usedElsewhere : undefined,
  ]
    .filter((text) => text !== undefined)
    .join(' · ');
}

function detailOf(source) {
  const detail = station.value.status?.sources.find(({ name }) => name === source)?.detail;
  return detail === '' ? undefined : detail;
}
