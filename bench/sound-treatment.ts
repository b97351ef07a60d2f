/**
 * What the treatment of a source's sound costs: CPU of a minute of 48 kHz stereo, as a share of one core.
 *
 *   node bench/sound-treatment.ts [SECONDS]
 */
import { SAMPLE_RATE } from '../src/core/pcm.ts';
import { type SoundTreatment, UNTREATED } from '../src/core/sound-treatment.ts';
import { SoundPath } from '../src/encode/sound-path.ts';

const BLOCK_FRAMES = SAMPLE_RATE / 25;
const METER = { silenceDb: -50, silenceSeconds: 10, soundDb: -35, soundSeconds: 0.3 };
const TRIALS: readonly (readonly [string, Partial<SoundTreatment>])[] = [
  ['untreated, level meter only', {}],
  ['gain', { gainDb: 6 }],
  ['high-pass', { highPassHz: 100 }],
  ['left only', { useChannels: 'left' }],
  ['automatic gain', { autoGain: true }],
  ['all of it, limiting', { gainDb: 12, highPassHz: 100, useChannels: 'mono', autoGain: true }],
];

/** Noise whose level goes up and down, so that the limiter and automatic gain have something to do. */
function noise(seconds: number): Int16Array {
  let seed = 1;
  return Int16Array.from({ length: seconds * SAMPLE_RATE * 2 }, (_, i) => {
    seed = (seed * 48_271) % 0x7fffffff;
    const swell = 0.55 + 0.45 * Math.sin((i * Math.PI) / SAMPLE_RATE);
    return (((seed >> 8) % 40_000) - 20_000) * swell;
  });
}

const seconds = Number(process.argv[2] ?? 60);
const second = noise(2);
for (const [name, treatment] of TRIALS) {
  const path = new SoundPath({
    channels: 2,
    treatment: { ...UNTREATED, ...treatment },
    meter: METER,
    onLevel() {},
    onBlock() {},
  });
  const play = (count: number): void => {
    for (let frame = 0; frame < count * SAMPLE_RATE; frame += BLOCK_FRAMES) {
      const from = (frame * 2) % second.length;
      path.append({ samples: second.slice(from, from + BLOCK_FRAMES * 2), channels: 2 });
    }
  };
  play(5);
  const before = process.cpuUsage();
  play(seconds);
  const { user, system } = process.cpuUsage(before);
  const share = (user + system) / 1e4 / seconds;
  console.log(`${name.padEnd(28)} ${share.toFixed(3).padStart(7)} % of a core`);
}
