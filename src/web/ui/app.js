// The page of a station: a frame, and the view that the address names.

import { enterAsGuest, refreshAccess } from './access.js';
import { html, render } from './html.js';
import { playing, startSound } from './now/sound.js';
import { startRouter } from './router.js';
import { dressPage, Shell } from './shell.js';
import { followStation } from './station.js';

async function begin() {
  dressPage();
  await enterAsGuest();
  render(html`<${Shell} />`, document.querySelector('#page'));
  startSound();
  void startRouter();
  void followStation(() => playing.value.isWanted);
  void refreshAccess();
}

void begin();
