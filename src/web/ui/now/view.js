import { html } from '../html.js';

export function View() {
  return html`<h1 tabindex="-1">Now</h1>`;
}
