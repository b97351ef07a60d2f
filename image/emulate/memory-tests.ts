import type { HardwareTest } from '../../hardware-tests/hardware-test.ts';
import { Listening } from '../../hardware-tests/listening.ts';
import { until } from '../../hardware-tests/until.ts';
import { Watching } from '../../hardware-tests/watching.ts';
import type { StationStats } from '../../src/web/answers.ts';
import type { Lab } from './lab.ts';
import type { Machine } from './machine.ts';

const MB = 1e6;
const MOST_MB = 330;
const MOST_WITH_CAMERA_MB = 430;
/** How long the ring is given to fill; what is then missing is added. */
const FILL_MS = 60_000;
const SETTLE_MS = 20_000;
const PATHS = ['/stream.mp3', '/stream.mp3', '/stream.opus', '/stream.aac', '/stream.flac'];

/** What is in use on a board of 512 MB, as `free` counts it: all memory that could not be given to a program. */
export function memoryTests(lab: Lab): HardwareTest[] {
  const about = 'memory';
  return [
    {
      about,
      name: `with a microphone, five listeners and a full ring no more than ${MOST_MB} MB are in use`,
      needs: [],
      limitMs: 600_000,
      async run(bench) {
        const machine = await lab.running();
        for (const path of PATHS) bench.stack.use(await Listening.open(machine.url(path)));
        const used = await usedMb(machine, FILL_MS);
        lab.figures.mem_used_mb = Math.round(used.mb);
        bench.note(used.text);
        if (used.mb > MOST_MB) throw new Error(used.text);
      },
    },
    {
      about,
      name: `with a camera and two viewers as well, no more than ${MOST_WITH_CAMERA_MB} MB`,
      needs: [],
      limitMs: 600_000,
      async run(bench) {
        const machine = await lab.running();
        for (const path of PATHS) bench.stack.use(await Listening.open(machine.url(path)));
        for (let i = 0; i < 2; i += 1) {
          const watching = bench.stack.use(await Watching.open(machine.url('/camera.mjpg')));
          await watching.more(2, 120_000);
        }
        const used = await usedMb(machine, SETTLE_MS);
        lab.figures.mem_camera_mb = Math.round(used.mb);
        bench.note(used.text);
        if (used.mb > MOST_WITH_CAMERA_MB) throw new Error(used.text);
      },
    },
  ];
}

/** What is in use after so long; what the ring does not hold yet is added, for it will. */
async function usedMb(machine: Machine, afterMs: number): Promise<{ readonly mb: number; readonly text: string }> {
  const endMs = performance.now() + afterMs;
  const stats = await until(
    'the ring is full',
    async () => {
      const answer = await fetch(machine.url('/api/stats'), { signal: AbortSignal.timeout(60_000) });
      const now = (await answer.json()) as StationStats;
      return now.ring.bytes > now.ring.size_bytes * 0.95 || performance.now() > endMs ? now : undefined;
    },
    { limitMs: afterMs + 60_000 },
  );
  const text = await machine.shell.must('cat /proc/meminfo');
  const kb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  const usedMb = ((kb('MemTotal') - kb('MemAvailable')) * 1024) / MB;
  const swappedMb = ((kb('SwapTotal') - kb('SwapFree')) * 1024) / MB;
  const missingMb = Math.max(0, stats.ring.size_bytes - stats.ring.bytes) / MB;
  const mb = usedMb + missingMb;
  return {
    mb,
    text: `${mb.toFixed(0)} MB: ${usedMb.toFixed(0)} in use, ${missingMb.toFixed(0)} that the ring has still to fill; ${swappedMb.toFixed(0)} in compressed swap, of ${((kb('MemTotal') * 1024) / MB).toFixed(0)} MB; ${stats.total_listeners} listeners`,
  };
}
