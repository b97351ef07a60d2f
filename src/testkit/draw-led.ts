import { readFileSync, writeFileSync } from 'node:fs';
import { LED_PATTERNS, type LedState } from '../hardware/status-led.ts';

/** What is drawn, in this order. */
const MEANINGS: Readonly<Record<LedState, string>> = {
  live: 'live: all is well',
  'no-source': 'no source: a fallback is heard',
  onboarding: 'waits for you: its access point is open',
  starting: 'starts, or is about to shut down',
  error: 'something fails: see the page',
  'under-voltage': 'the power supply is too weak',
  identify: 'here I am',
};

const SHOWN_MS = 4_000;
const [WIDTH, LEFT, ROW, TOP] = [900, 330, 44, 44] as const;
const PX_A_MS = (WIDTH - LEFT - 30) / SHOWN_MS;
/** Where the picture lies, from the top of the project. */
const PATH = 'docs/status-led.svg';
const PICTURE = new URL(`../../${PATH}`, import.meta.url);

/** The patterns of the LED as a picture: a row each, four seconds from left to right, lit where it is yellow. */
export function drawLed(): string {
  const states = Object.keys(MEANINGS) as LedState[];
  const height = TOP + states.length * ROW + 14;
  const seconds = [0, 1, 2, 3, 4].map((second) => {
    const x = round(LEFT + second * 1_000 * PX_A_MS);
    return `  <path d="M${x} ${TOP - 8}V${height - 14}" stroke="#c9ced6"/><text x="${x}" y="26" text-anchor="middle" fill="#5b6470">${second} s</text>`;
  });
  const rows = states.map((state, i) => rowOf(state, TOP + i * ROW));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="15" role="img" aria-label="Patterns of the status LED over four seconds">
  <rect width="${WIDTH}" height="${height}" rx="10" fill="#fff"/>
${seconds.join('\n')}
${rows.join('\n')}
</svg>
`;
}

function rowOf(state: LedState, y: number): string {
  const width = round(SHOWN_MS * PX_A_MS);
  const bar = `<rect x="${LEFT}" y="${y + 6}" width="${width}" height="${ROW - 16}" rx="4" fill="#39424e"/>`;
  const lit = lights(LED_PATTERNS[state]).map(
    ([from, to]) =>
      `<rect x="${round(LEFT + from * PX_A_MS)}" y="${y + 6}" width="${round((to - from) * PX_A_MS)}" height="${ROW - 16}" fill="#ffc62e"/>`,
  );
  return `  <text x="20" y="${y + 25}" fill="#1d232b">${MEANINGS[state]}</text>\n  ${bar}${lit.join('')}`;
}

/** From when to when it is lit. */
function lights(pattern: readonly number[]): (readonly [number, number])[] {
  if (pattern.length === 1) return [[0, SHOWN_MS]];
  const lit: (readonly [number, number])[] = [];
  for (let at = 0, step = 0; at < SHOWN_MS; step += 1) {
    const ms = pattern[step % pattern.length] as number;
    if (step % 2 === 0) lit.push([at, Math.min(at + ms, SHOWN_MS)]);
    at += ms;
  }
  return lit;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

/** True when the picture in docs/ is of these patterns. */
export function isLedDrawn(): boolean {
  return readFileSync(PICTURE, 'utf8') === drawLed();
}

if (import.meta.main) writeFileSync(PICTURE, drawLed());
