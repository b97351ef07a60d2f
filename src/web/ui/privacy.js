// What is muted, visible wherever one looks, and muting.

const $ = (id) => document.getElementById(id);

const DEVICES = ['camera', 'microphone'];
/** Types of sources that hear what is said around the box. */
const MICROPHONES = ['alsa', 'exec'];
/** A status that was asked for before a change may arrive after it. */
const SETTLE_MS = 2_000;

const muted = { camera: undefined, microphone: undefined };
let isChanging = false;
let changedMs = -SETTLE_MS;

/** Takes what /api/status says. */
export function showPrivacy({ privacy, cameras, sources }) {
  const isThere = { camera: cameras.length > 0, microphone: sources.some(({ type }) => MICROPHONES.includes(type)) };
  for (const device of DEVICES) $(`privacy-${device}`).hidden = !isThere[device] && !privacy[device];
  $('privacy').hidden = DEVICES.every((device) => $(`privacy-${device}`).hidden);
  if (isChanging || performance.now() - changedMs < SETTLE_MS) return;
  if (DEVICES.every((device) => privacy[device] === muted[device])) return;
  // Somebody else has changed it: what was answered here is no longer so.
  answerWith('', true);
  showMuted(privacy);
}

function showMuted(present) {
  for (const device of DEVICES) {
    const isMuted = present[device];
    muted[device] = isMuted;
    $(`privacy-${device}`).dataset.muted = String(isMuted);
    $(`${device}-is`).textContent = isMuted ? 'muted' : 'on';
    const verb = isMuted ? 'Unmute' : 'Mute';
    $(`mute-${device}`).textContent = verb;
    $(`mute-${device}`).setAttribute('aria-label', `${verb} ${device}`);
  }
  const pills = DEVICES.filter((device) => present[device]).map((device) => {
    const pill = document.createElement('span');
    pill.className = 'pill';
    pill.dataset.air = 'muted';
    pill.textContent = device === 'camera' ? 'Camera muted' : 'Microphone muted';
    return pill;
  });
  $('muted').replaceChildren(...pills);
}

async function toggle(device) {
  // The button stays as it is meanwhile: one that is disabled loses the keyboard's focus.
  if (isChanging || muted[device] === undefined) return;
  isChanging = true;
  const wanted = !muted[device];
  const button = $(`mute-${device}`);
  button.setAttribute('aria-busy', 'true');
  try {
    // The browser itself asks for the password.
    const response = await fetch('/api/privacy', {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ [device]: wanted }),
    });
    const answer = await response.json();
    if (typeof answer[device] === 'boolean') {
      showMuted(answer);
      changedMs = performance.now();
    }
    answerWith(response.ok ? `The ${device} is ${wanted ? 'muted' : 'on again'}.` : answer.error, response.ok);
  } catch {
    answerWith('Pipit did not answer. Try again.', false);
  }
  button.removeAttribute('aria-busy');
  isChanging = false;
}

function answerWith(text, isGood) {
  $('privacy-answer').textContent = text;
  $('privacy-answer').dataset.tone = isGood ? '' : 'bad';
}

for (const device of DEVICES) $(`mute-${device}`).addEventListener('click', () => void toggle(device));
