import { mkdir, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TONE } from './configuration.ts';
import type { Bench, HardwareTest } from './hardware-test.ts';
import { installed, kernelModule, OWN_MACHINE, path, ROOT } from './need.ts';
import type { OwnStation } from './own-station.ts';
import { must, program } from './program.ts';
import { until } from './until.ts';

const NEEDS = [ROOT, OWN_MACHINE, installed('mkfs.ext4'), installed('losetup'), kernelModule('loop')];
const CARD_BYTES = 24 * 1024 * 1024;
/** Something is written each minute. */
const NOTICE_MS = 200_000;

/** A file system of the test's own, in memory, that may be filled and broken. */
class TestCard {
  readonly folder: string;
  readonly device: string;

  private constructor(folder: string, device: string) {
    this.folder = folder;
    this.device = device;
  }

  static async open(bench: Bench): Promise<TestCard> {
    const file = join(bench.folder, 'card.img');
    const folder = join(bench.folder, 'card');
    await writeFile(file, '');
    await truncate(file, CARD_BYTES);
    await must('mkfs.ext4', ['-q', '-m', '0', file]);
    await mkdir(folder);
    const device = (await must('losetup', ['--find', '--show', file])).trim();
    bench.stack.defer(async () => {
      await program('umount', [folder]);
      await must('losetup', ['--detach', device]);
    });
    await must('mount', ['-o', 'errors=remount-ro', device, folder]);
    return new TestCard(folder, device);
  }

  /** Leaves no room. */
  async fill(): Promise<void> {
    await using file = await open(join(this.folder, 'full'), 'w');
    for (let size = 1024 * 1024; size >= 512; size /= 2) {
      const block = Buffer.alloc(size, 1);
      try {
        for (;;) await file.write(block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  }

  async empty(): Promise<void> {
    await rm(join(this.folder, 'full'), { force: true });
  }

  /** What the kernel does when a card fails to write: the file system is read-only from then on (ext4(5), errors=). */
  async fail(): Promise<void> {
    await writeFile(`/sys/fs/ext4/${this.device.replace('/dev/', '')}/trigger_fs_error`, 'a test');
    await until('the card is read-only', async () => {
      const mounts = await readFile('/proc/mounts', 'utf8');
      const line = mounts.split('\n').find((each) => each.startsWith(`${this.device} `));
      return line?.split(' ')[3]?.startsWith('ro') || line?.includes('emergency_ro') ? true : undefined;
    });
  }
}

async function trouble(station: OwnStation, isWanted: boolean): Promise<string> {
  const what = isWanted ? 'the history says that nothing is kept' : 'the history is kept again';
  const look = async () => {
    const said = (await station.history()).trouble;
    return (said !== null) === isWanted ? (said ?? '') : undefined;
  };
  return await until(what, look, { limitMs: NOTICE_MS });
}

export const diskTests: readonly HardwareTest[] = [
  {
    about: 'disk',
    name: 'no room on the card: it is said, sound goes on, and all is well when there is room again',
    needs: NEEDS,
    limitMs: 600_000,
    async run(bench) {
      const card = await TestCard.open(bench);
      const station = await bench.station(TONE, { dataFolder: join(card.folder, 'data') });
      await station.source('mic', 'live');
      using listening = await station.listen('/stream.mp3');
      await listening.hearsTestTone();
      await card.fill();
      bench.note(await trouble(station, true));
      await listening.hearsTestTone();
      if (!station.isRunning) throw new Error('Pipit has ended');
      await card.empty();
      await trouble(station, false);
      await listening.hearsTestTone();
      if (!listening.isOpen) throw new Error('the listener was let go');
    },
  },
  {
    about: 'disk',
    name: 'a card that turns read-only: it is said, sound goes on, and Pipit starts with it as well',
    needs: [...NEEDS, path('/sys/fs/ext4')],
    limitMs: 600_000,
    async run(bench) {
      const card = await TestCard.open(bench);
      const options = { dataFolder: join(card.folder, 'data') };
      {
        await using station = await bench.station(TONE, options);
        await station.source('mic', 'live');
        using listening = await station.listen('/stream.mp3');
        await listening.hearsTestTone();
        await card.fail();
        bench.note(await trouble(station, true));
        await listening.hearsTestTone();
        if (!listening.isOpen) throw new Error('the listener was let go');
      }
      const again = await bench.station(TONE, options);
      await again.source('mic', 'live');
      using listening = await again.listen('/stream.mp3');
      await listening.hearsTestTone();
      await trouble(again, true);
    },
  },
];
