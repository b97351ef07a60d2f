import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { listDevices, stableIdentities } from '../src/capture/devices.ts';
import { mountsOf, soundCard } from './configuration.ts';
import { type Bench, type HardwareTest, NotThere } from './hardware-test.ts';
import { loopbackCards } from './loopback-card.ts';
import { installed, kernelModule, microphones, OWN_MACHINE, ROOT, realCards, TWIN_CARDS, twinCards } from './need.ts';
import type { OwnStation } from './own-station.ts';
import { program } from './program.ts';
import { until } from './until.ts';

const LOOPBACK = [ROOT, OWN_MACHINE, kernelModule('snd-aloop'), installed('aplay')];
/** Long enough that the card's buffer runs over while nobody reads it. */
const STALL_MS = 4_000;
/** Digital silence. */
const ZEROS_DB = -120;
/** Of a microphone in a quiet room, a bit moves now and then. */
const NOISE_MS = 15_000;

/** A loopback card that plays a tone, and a station that hears it. */
async function heardCard(bench: Bench, hz: number): Promise<OwnStation> {
  const [card] = await loopbackCards(bench, 1);
  if (card === undefined) throw new NotThere('there is no loopback card');
  card.play(bench, hz);
  const station = await bench.station(soundCard('mic', card.device));
  await station.source('mic', 'live');
  return station;
}

/** The test's station may set the mixer of a card; at the end of the test it is as its owner had it. */
async function keepMixer(bench: Bench, cardId: string): Promise<void> {
  const file = join(bench.folder, `${cardId}.mixer`);
  const { code } = await program('alsactl', ['-f', file, 'store', cardId]).catch(() => ({ code: 1 }));
  if (code === 0) bench.stack.defer(async () => void (await program('alsactl', ['-I', '-f', file, 'restore', cardId])));
}

export const soundTests: readonly HardwareTest[] = [
  {
    about: 'sound',
    name: 'a tone that a sound card hears is in the stream, and nothing else is',
    needs: LOOPBACK,
    needsRest: true,
    async run(bench) {
      const station = await heardCard(bench, 1000);
      for (const path of ['/stream.mp3', '/stream.opus']) {
        using listening = await station.listen(path);
        const aboveRestDb = await listening.hears(1000);
        bench.note(`${path}: the tone stands ${aboveRestDb.toFixed(0)} dB above all else`);
      }
    },
  },
  {
    about: 'sound',
    name: 'a sound card is pulled and put back: the state tells it, listeners stay and hear it again',
    needs: LOOPBACK,
    needsRest: true,
    async run(bench) {
      const [card] = await loopbackCards(bench, 1);
      if (card === undefined) return;
      const station = await bench.station(soundCard('mic', card.device));
      {
        await using _player = card.play(bench, 1000);
        await station.source('mic', 'live');
        using early = await station.listen('/stream.mp3');
        await early.hears(1000);
      }
      using listening = await station.listen('/stream.mp3');
      await card.unplug();
      const gone = await station.source('mic', 'retrying');
      bench.note(`pulled: ${gone.error?.code}`);
      const mount = (await station.status()).mounts[0];
      if (mount?.active_source === 'mic') throw new Error('the mount still says that the microphone is heard');
      // It is told once it has lasted.
      await until('the loss is told', async () =>
        (await station.events()).some(({ type }) => type === 'source_lost') ? true : undefined,
      );
      await listening.more(16_000);
      await card.plugIn();
      card.play(bench, 1600);
      await station.source('mic', 'live', 90_000);
      await listening.hears(1600);
      if (!listening.isOpen) throw new Error('the listener was let go');
      await until('the return is told', async () =>
        (await station.events()).some(({ type }) => type === 'source_back') ? true : undefined,
      );
    },
  },
  {
    about: 'sound',
    name: 'two cards of one model are told apart by what they are set by',
    needs: LOOPBACK,
    needsRest: true,
    async run(bench) {
      const [first, second] = await loopbackCards(bench, 2);
      if (first === undefined || second === undefined) return;
      first.play(bench, 700);
      second.play(bench, 1900);
      const sources = soundCard('left', first.device) + soundCard('right', second.device);
      const station = await bench.station(sources + mountsOf('left', 'right'));
      using left = await station.listen('/left.mp3');
      using right = await station.listen('/right.mp3');
      await left.hears(700);
      await right.hears(1900);
    },
  },
  {
    about: 'sound',
    name: 'a reader that is held up loses sound, which is counted, and the stream goes on',
    needs: LOOPBACK,
    needsRest: true,
    async run(bench) {
      const station = await heardCard(bench, 1000);
      using listening = await station.listen('/stream.mp3');
      await listening.hears(1000);
      const before = (await station.stats()).counters['capture_xruns_total'] ?? 0;
      const workers = station.workers();
      if (workers.length === 0) throw new Error('there is no worker');
      for (const pid of workers) process.kill(pid, 'SIGSTOP');
      await pause(STALL_MS);
      for (const pid of workers) process.kill(pid, 'SIGCONT');
      const count = await until('the xrun is counted', async () => {
        const now = (await station.stats()).counters['capture_xruns_total'] ?? 0;
        return now > before ? now - before : undefined;
      });
      bench.note(`${count} xruns`);
      await station.source('mic', 'live');
      await listening.hears(1000);
      if (!listening.isOpen) throw new Error('the listener was let go');
    },
  },
  {
    about: 'sound',
    name: 'a card that another program records from is said to be busy, and is heard when it is free',
    needs: [...LOOPBACK, installed('arecord')],
    needsRest: true,
    async run(bench) {
      const [card] = await loopbackCards(bench, 1);
      if (card === undefined) return;
      card.play(bench, 1000);
      const both = [0, 1].map((sub) =>
        spawn('arecord', ['-q', '-D', `hw:${card.id},1,${sub}`, '-f', 'S16_LE', '-r', '48000', '-c', '2', '/dev/null']),
      );
      const release = (): void => {
        for (const child of both) child.kill();
      };
      bench.stack.defer(release);
      await until(
        'the card is taken',
        async () => (await listDevices()).find(({ cardId, device }) => cardId === card.id && device === 1)?.ownerPid,
      );
      const station = await bench.station(soundCard('mic', card.device));
      const busy = await station.source('mic', 'retrying');
      if (busy.error?.code !== 'capture.busy') throw new Error(`it says ${busy.error?.code}: ${busy.error?.message}`);
      release();
      await station.source('mic', 'live', 90_000);
      using listening = await station.listen('/stream.mp3');
      await listening.hears(1000);
    },
  },
  {
    about: 'sound',
    name: 'every sound card that is plugged in delivers sound',
    needs: [ROOT, microphones(1)],
    needsRest: true,
    async run(bench) {
      const cards = realCards(await listDevices());
      for (const { cardId } of cards) await keepMixer(bench, cardId);
      const names = cards.map((_, i) => `card-${i}`);
      const sources = cards.map((card, i) => soundCard(`card-${i}`, stableIdentities(card)[0] ?? '')).join('');
      const station = await bench.station(sources + mountsOf(...names));
      for (const [i, card] of cards.entries()) {
        await station.source(`card-${i}`, 'live');
        using listening = await station.listen(`/card-${i}.mp3`);
        await listening.more(48_000);
        const { peak } = await listening.recent(2);
        // A microphone's own noise is heard even in a quiet room; but by the card alone: MP3 leaves out what nobody hears.
        const loudest = async () => {
          const { level } = await station.source(`card-${i}`, 'live');
          return level !== null && Math.max(...level.peakDb) > ZEROS_DB ? level : undefined;
        };
        const level = await until('noise', loudest, { limitMs: NOISE_MS }).catch(() => undefined);
        bench.note(`${card.name} (${stableIdentities(card)[0]}): peak ${peak.toFixed(4)}, ${JSON.stringify(level)}`);
        if (level === undefined) throw new Error(`${card.name} delivers zeros only`);
      }
    },
  },
  {
    about: 'sound',
    name: 'two USB cards of one model have two names by their ports',
    needs: [TWIN_CARDS],
    async run(bench) {
      const usb = twinCards(await listDevices());
      const paths = usb.map(({ usbPath }) => usbPath);
      bench.note(usb.map((card) => stableIdentities(card).join(' or ')).join('; '));
      if (new Set(paths).size !== paths.length) throw new Error(`the same port twice: ${paths.join(', ')}`);
    },
  },
];
