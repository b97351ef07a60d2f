import { putPrivacy } from '../api.js';
import { html, useState } from '../html.js';
import { words } from '../language.js';
import { refreshStation, station } from '../station.js';
import { WORDS } from './words.js';

const t = words(WORDS);

/** Types of sources that hear what is said around the box. */
const MICROPHONES = ['alsa', 'exec'];
const DEVICES = {
  camera: { name: t.camera, mute: t.muteCamera, unmute: t.unmuteCamera, muted: t.cameraNowMuted, on: t.cameraNowOn },
  microphone: {
    name: t.microphone,
    mute: t.muteMicrophone,
    unmute: t.unmuteMicrophone,
    muted: t.microphoneNowMuted,
    on: t.microphoneNowOn,
  },
};

/** Mutes camera and microphone. */
export function PrivacyCard({ status }) {
  const { privacy, cameras, sources } = status;
  const [busy, setBusy] = useState();
  const [answer, setAnswer] = useState({ text: '', tone: '', of: privacy });
  const isThere = { camera: cameras.length > 0, microphone: sources.some(({ type }) => MICROPHONES.includes(type)) };
  const shown = Object.keys(DEVICES).filter((device) => isThere[device] || privacy[device]);
  // When somebody else has changed it, what was answered here is no longer so.
  const isOld = answer.text !== '' && Object.keys(DEVICES).some((device) => privacy[device] !== answer.of[device]);

  const toggle = async (device) => {
    // The button stays as it is meanwhile: one that is disabled loses the keyboard's focus.
    if (busy !== undefined) return;
    setBusy(device);
    const wanted = !privacy[device];
    try {
      const now = await putPrivacy({ [device]: wanted });
      station.change({ status: { ...station.value.status, privacy: now } });
      setAnswer({ text: wanted ? DEVICES[device].muted : DEVICES[device].on, tone: '', of: now });
      await refreshStation();
    } catch (error) {
      setAnswer({ text: error.message, tone: 'bad', of: station.value.status.privacy });
    }
    setBusy(undefined);
  };

  if (shown.length === 0) return null;
  return html`<section id="privacy" class="card privacy" aria-labelledby="privacy-title">
    <h2 id="privacy-title">${t.privacy}</h2>
    <p class="hint">${t.privacyHint}</p>
    <ul class="list">
      ${shown.map((device) => {
        const { name, mute, unmute } = DEVICES[device];
        const isMuted = privacy[device];
        return html`<li key=${device} id=${`privacy-${device}`} data-muted=${String(isMuted)}>
          <span><strong>${name}</strong> ${t.deviceIs} <span id=${`${device}-is`}>${isMuted ? t.isMuted : t.isOn}</span></span>
          <button id=${`mute-${device}`} type="button" aria-label=${isMuted ? unmute : mute} aria-busy=${busy === device} onClick=${() => toggle(device)}>
            ${isMuted ? t.unmute : t.mute}
          </button>
        </li>`;
      })}
    </ul>
    <p id="privacy-answer" class="answer" role="status" data-tone=${isOld ? '' : answer.tone}>${isOld ? '' : answer.text}</p>
  </section>`;
}
