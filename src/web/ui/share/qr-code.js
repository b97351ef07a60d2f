import { html, useMemo } from '../html.js';
import { generate } from '../vendor/lean-qr.js';

/** Quiet zone around a code (ISO/IEC 18004, 9.1), modules. */
const MARGIN = 4;

/** A QR code; always dark on light, which all cameras read. */
export function QrCode({ text, label }) {
  const { size, path } = useMemo(() => drawn(text), [text]);
  const whole = size + 2 * MARGIN;
  return html`<svg class="qr" viewBox=${`0 0 ${whole} ${whole}`} role="img" aria-label=${label} shape-rendering="crispEdges">
    <rect class="qr-paper" width=${whole} height=${whole} />
    <path class="qr-ink" transform=${`translate(${MARGIN} ${MARGIN})`} d=${path} />
  </svg>`;
}

function drawn(text) {
  const code = generate(text);
  let path = '';
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) if (code.get(x, y)) path += `M${x} ${y}h1v1h-1z`;
  }
  return { size: code.size, path };
}
