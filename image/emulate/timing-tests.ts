import { setTimeout as pause } from 'node:timers/promises';
import type { HardwareTest } from '../../hardware-tests/hardware-test.ts';
import { Listening } from '../../hardware-tests/listening.ts';
import { until } from '../../hardware-tests/until.ts';
import type { StationStatus } from '../../src/web/answers.ts';
import type { Lab } from './lab.ts';
import type { Machine } from './machine.ts';

/** How much longer than the whole boot without Pipit the first sound shall take at most. */
const WANTED_TIMES = 1.4;
const LIMIT_MS = 900_000;
const SOUND_CARD = 'modules-load=snd-aloop';
const ASK_MS = 700;
const MOST_QUESTIONS = 3;
const ANSWER_MS = 3_000;
/** The station keeps compiled code a minute after its start. */
const COMPILED_S = 70;

/**
 * How soon a station can be heard, against the same system without it. Both are started without the boot loader, on a card
 * that has been started before; the sound card is there from the beginning.
 *
 * What is behind the machine is half as quick at times: so they take turns, the quickest of each counts, and being late is
 * told and is no failure.
 */
export function timingTests(lab: Lab, { rounds }: { rounds: number }): HardwareTest[] {
  const about = 'boot';
  return [
    {
      about,
      name: 'sound can be heard after a start',
      needs: [],
      limitMs: (1 + 2 * rounds) * LIMIT_MS,
      async run(bench) {
        const machine = await lab.running();
        await hasRun(machine);
        await machine.powerOff();
        const without: number[] = [];
        const heard: number[] = [];
        for (let round = 1; round <= rounds; round += 1) {
          without.push(await secondsWithout(machine, lab));
          await machine.powerOn(lab.direct([SOUND_CARD]));
          const heardMs = await firstSoundMs(machine, bench.signal);
          await machine.shell.waitFor(LIMIT_MS);
          heard.push((heardMs - (await kernelStartMs(machine))) / 1000);
          lab.figures.boot_s = await bootSeconds(machine);
          if (round < rounds) await machine.powerOff();
        }
        bench.note(await machine.shell.must('systemd-analyze critical-chain pipit.service --no-pager'));
        lab.figures.baseline_s = Math.min(...without);
        lab.figures.first_audio_s = Math.min(...heard);
        const times = lab.figures.first_audio_s / lab.figures.baseline_s;
        bench.note(`without Pipit: multi-user after ${listOf(without)} s`);
        bench.note(`first sound after ${listOf(heard)} s, ${times.toFixed(2)} times; wanted: ${WANTED_TIMES}`);
      },
    },
  ];
}

function listOf(seconds: readonly number[]): string {
  return seconds.map((each) => each.toFixed(1)).join(', ');
}

/** What the system takes without Pipit. */
async function secondsWithout(machine: Machine, lab: Lab): Promise<number> {
  const without = ['systemd.mask=pipit.service', 'systemd.mask=pipit-confirm-update.service'];
  await machine.boot(LIMIT_MS, lab.direct([SOUND_CARD, ...without]));
  const seconds = await bootSeconds(machine);
  await machine.powerOff();
  return seconds;
}

/** Waits until the station has run for so long that it has kept what it compiled: the first start of all is longer. */
async function hasRun(machine: Machine): Promise<void> {
  await until(
    'the station has run a while',
    async () => {
      const answer = await fetch(machine.url('/api/status'), { signal: AbortSignal.timeout(20_000) }).catch(
        () => undefined,
      );
      const { uptime_seconds: seconds = 0 } = ((await answer?.json()) ?? {}) as Partial<StationStatus>;
      return seconds > COMPILED_S ? true : undefined;
    },
    { limitMs: LIMIT_MS },
  );
}

/**
 * When the first byte of sound came from the sound card, by this machine's clock. Whoever asks takes time from what starts:
 * the stream is opened once it will be the card's. A question that came before the network waits long for its answer, so
 * others are asked meanwhile.
 */
async function firstSoundMs(machine: Machine, signal: AbortSignal): Promise<number> {
  let heardMs: number | undefined;
  let waiting = 0;
  const ask = async (): Promise<void> => {
    const answer = await fetch(machine.url('/api/status'), { signal: AbortSignal.timeout(ANSWER_MS) });
    const { mounts } = (await answer.json()) as StationStatus;
    if (mounts[0]?.active_source !== 'mic') return;
    using listening = await Listening.open(machine.url('/stream.mp3'));
    await listening.more(1, 20_000);
    heardMs ??= performance.now();
  };
  while (heardMs === undefined) {
    signal.throwIfAborted();
    if (waiting < MOST_QUESTIONS) {
      waiting += 1;
      // Nobody answers yet.
      void ask()
        .catch(() => {})
        .finally(() => {
          waiting -= 1;
        });
    }
    await pause(ASK_MS);
  }
  return heardMs;
}

/** When the kernel was started, by this machine's clock. */
async function kernelStartMs(machine: Machine): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  // The answer is at most as old as asking took: the quickest of some tells best.
  for (let i = 0; i < 5; i += 1) {
    const uptime = Number((await machine.shell.must('cat /proc/uptime')).split(' ')[0]);
    least = Math.min(least, performance.now() - uptime * 1000);
  }
  return least;
}

/** From the kernel's start to multi-user.target. */
async function bootSeconds(machine: Machine): Promise<number> {
  await machine.shell.exec('systemctl is-system-running --wait', { limitMs: LIMIT_MS });
  const text = await machine.shell.must('systemctl show --property=ActiveEnterTimestampMonotonic multi-user.target');
  return Number(/=(\d+)/.exec(text)?.[1] ?? Number.NaN) / 1e6;
}
