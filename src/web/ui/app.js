// The page of a station: a frame, and the view that the address names.

import { enterAsGuest, refreshAccess } from './access.js';
import { html, render } from './html.js';
import { playing, startSound } from './now/sound.js';
import { startRouter } from './router.js';
import { dressPage, Shell } from './shell.js';
import { followStation } from './station.js';

dressPage();
render(html`<${Shell} />`, document.querySelector('#page'));
startSound();
void startRouter();
void begin();

async function begin() {
  await enterAsGuest();
  void followStation(() => playing.value.isWanted);
  await refreshAccess();
}
