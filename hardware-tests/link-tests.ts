import { setTimeout as pause } from 'node:timers/promises';
import { TONE } from './configuration.ts';
import type { HardwareTest } from './hardware-test.ts';
import { installed, kernelModule, OWN_MACHINE, ROOT } from './need.ts';
import type { OwnStation } from './own-station.ts';
import { ShapedLink } from './shaped-link.ts';
import { until } from './until.ts';

const NEEDS = [ROOT, OWN_MACHINE, kernelModule('veth'), installed('ip'), installed('tc')];
const LISTEN_MS = 20_000;
/** A player's buffer bridges so much. */
const MOST_SILENT_MS = 5_000;

/** The link alone decides: an emulated machine is too busy for another bitrate. */
const ANY_LOAD = `quick_sync {
  high_load_cpu        = 100
  moderate_load_cpu    = 99
  high_load_memory     = 100
  moderate_load_memory = 99
}
`;

async function rungOf(station: OwnStation): Promise<string | undefined> {
  return (await station.stats()).listeners[0]?.rung;
}

/** Why the listener hears what it hears, for the report. */
async function whyOf(station: OwnStation): Promise<string> {
  const { box, listeners } = await station.stats();
  return JSON.stringify({ rung: listeners[0]?.rung, ...listeners[0]?.steering, box });
}

export const linkTests: readonly HardwareTest[] = [
  {
    about: 'link',
    name: 'a link that carries too little gets a lower bitrate, and the old one back when it is mended',
    needs: [...NEEDS, kernelModule('sch_tbf')],
    limitMs: 420_000,
    async run(bench) {
      const link = await ShapedLink.open(bench);
      const station = await bench.station(TONE + ANY_LOAD, { host: link.address });
      await station.source('mic', 'live');
      const listener = link.listen(station.url('/stream?quality=auto'));
      const first = await until('the listener is served', () => rungOf(station));
      await pause(LISTEN_MS);
      const why = async (error: Error): Promise<never> => {
        throw new Error(`${error.message}; ${await whyOf(station)}`);
      };
      const begun = performance.now();
      const seconds = (): string => ((performance.now() - begun) / 1000).toFixed(0);
      // 64 kbit/s of sound fit with what TCP and IP add, 128 do not.
      await link.shape('tbf rate 100kbit burst 4kb latency 300ms');
      const lower = await until(
        'the bitrate is lower',
        async () => {
          const rung = await rungOf(station);
          return rung !== undefined && kbpsOf(rung) < 128 ? rung : undefined;
        },
        { limitMs: 120_000 },
      ).catch(why);
      bench.note(`${first}, then ${lower} after ${seconds()} s at 100 kbit/s`);
      await link.mend();
      const again = await until(
        'the bitrate is what it was',
        async () => {
          const rung = await rungOf(station);
          return rung !== undefined && kbpsOf(rung) >= kbpsOf(first) ? rung : undefined;
        },
        { limitMs: 180_000 },
      ).catch(why);
      bench.note(
        `${again} again after ${seconds()} s; silent for ${(listener.longestGapMs() / 1000).toFixed(1)} s at most`,
      );
      if (!listener.isOpen()) throw new Error('the listener was let go');
    },
  },
  {
    about: 'link',
    name: 'a link that is late and loses packets is no reason to let a listener go',
    needs: [...NEEDS, kernelModule('sch_netem')],
    limitMs: 240_000,
    async run(bench) {
      const link = await ShapedLink.open(bench);
      const station = await bench.station(TONE + ANY_LOAD, { host: link.address });
      await station.source('mic', 'live');
      await link.shape('netem delay 150ms 50ms loss 3% rate 1mbit');
      const listener = link.listen(station.url('/stream?quality=auto'));
      await until('sound arrives', () => (listener.bytes() > 32_000 ? true : undefined));
      listener.longestGapMs();
      await pause(LISTEN_MS);
      const gapMs = listener.longestGapMs();
      bench.note(`${await rungOf(station)}, silent for ${(gapMs / 1000).toFixed(1)} s at most`);
      if (!listener.isOpen()) throw new Error('the listener was let go');
      if (gapMs > MOST_SILENT_MS) throw new Error(`silent for ${(gapMs / 1000).toFixed(1)} s`);
    },
  },
];

/** `mp3@128` */
function kbpsOf(rung: string): number {
  const kbps = Number(rung.split('@')[1]);
  return Number.isNaN(kbps) ? Number.POSITIVE_INFINITY : kbps;
}
