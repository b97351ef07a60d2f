import { uptime } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { TONE } from './configuration.ts';
import type { Bench, HardwareTest } from './hardware-test.ts';
import { installed, OWN_MACHINE, ROOT } from './need.ts';
import { must, program } from './program.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const AFTER_JUMP_MS = 8_000;
const MOST_SILENT_MS = 4_000;

const TIMESYNC = 'systemd-timesyncd.service';

/** Holds up what would put right at once what the test makes wrong, where it runs, until the end of the test. */
async function stopTimesync(bench: Bench): Promise<void> {
  const { code } = await program('systemctl', ['is-active', '--quiet', TIMESYNC]).catch(() => ({ code: 1 }));
  if (code !== 0) return;
  bench.stack.defer(async () => {
    await program('systemctl', ['start', TIMESYNC]);
  });
  await program('systemctl', ['stop', TIMESYNC]);
}

/** Moves the machine's wall clock by so much; it is right again at the end of the test. */
function movableClock(bench: Bench): (byMs: number) => Promise<void> {
  const [wallMs, beganMs] = [Date.now(), performance.now()];
  const set = async (ms: number): Promise<void> => {
    await must('date', ['-u', '-s', `@${(ms / 1000).toFixed(3)}`]);
  };
  const rightMs = (): number => wallMs + performance.now() - beganMs;
  bench.stack.defer(async () => {
    await set(rightMs());
  });
  return async (byMs) => await set(rightMs() + byMs);
}

export const clockTests: readonly HardwareTest[] = [
  {
    about: 'clock',
    name: 'the clock jumps forward and back: sound goes on, and the history stays in order',
    needs: [ROOT, OWN_MACHINE, installed('date')],
    needsRest: true,
    async run(bench) {
      await stopTimesync(bench);
      const moveTo = movableClock(bench);
      const station = await bench.station(TONE);
      await station.source('mic', 'live');
      using listening = await station.listen('/stream.mp3');
      await listening.hearsTestTone();
      const begun = (await station.status()).uptime_seconds;
      const steps = [
        ['a day forward', DAY_MS],
        ['back', 0],
        // The kernel takes no time before its own start, counted from 1970 (settimeofday(2)).
        ['to 1970, as after a power cut', -Date.now() + (uptime() + 3_600) * 1000],
        ['to the right time, as when NTP arrives', 0],
      ] as const;
      for (const [name, byMs] of steps) {
        listening.longestGapMs();
        await moveTo(byMs);
        await pause(AFTER_JUMP_MS);
        const gapMs = listening.longestGapMs();
        bench.note(`${name}: silent for ${(gapMs / 1000).toFixed(1)} s at most`);
        if (!listening.isOpen) throw new Error(`${name}: the listener was let go`);
        if (gapMs > MOST_SILENT_MS) throw new Error(`${name}: silent for ${(gapMs / 1000).toFixed(1)} s`);
      }
      await listening.hearsTestTone();
      const { uptime_seconds: now } = await station.status();
      if (now < begun || now > begun + 600)
        throw new Error(`it says that it has run for ${now} s, and ${begun} s before`);
      const times = (await station.events()).map(({ time_ms: time }) => time);
      const sorted = times.toSorted((a, b) => b - a);
      if (times.join() !== sorted.join()) throw new Error(`events are out of order: ${times.join(', ')}`);
      const { trouble } = await station.history();
      if (trouble !== null) throw new Error(`the history has trouble: ${trouble}`);
    },
  },
];
