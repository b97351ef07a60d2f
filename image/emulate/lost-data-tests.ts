import type { HardwareTest } from '../../hardware-tests/hardware-test.ts';
import { CARD_BYTES, type Lab } from './lab.ts';
import type { Machine } from './machine.ts';

const MINUTE_MS = 60_000;
const MIB = 2 ** 20;
/** More than the superblock and its first copy, at 128 MiB: the next one is 384 MiB from the beginning. */
const SPOILED_BYTES = 160 * MIB;
/** Copies of the superblock begin at multiples of this (ext4's block groups). One that is left is enough for e2fsck. */
const GROUP_BYTES = 128 * MIB;
/** Of the card: what stands before /data, and a little. */
const OTHERS_BYTES = 1_030_000_000;
const LEAST_DATA = CARD_BYTES - 1_500_000_000;

/** A card whose data partition was damaged: what its owner wrote on the first partition counts again. */
export function lostDataTests(lab: Lab): HardwareTest[] {
  const about = 'lost data';
  const limitMs = 30 * MINUTE_MS;
  let opened: Promise<Machine> | undefined;
  /** One machine for both. */
  const setUp = async () => {
    await lab.rest();
    const machine = lab.keep(await lab.open());
    await machine.boot();
    return machine;
  };
  const off = async () => {
    opened ??= setUp();
    const machine = await opened;
    await machine.powerOff();
    return machine;
  };
  return [
    {
      about,
      name: 'a data partition whose beginning is spoiled is repaired, and its owner is let in',
      needs: [],
      limitMs,
      async run(bench) {
        const machine = await off();
        await machine.disk.spoil('data', 0, SPOILED_BYTES);
        await machine.boot();
        bench.note(await mustBeWell(machine));
      },
    },
    {
      about,
      name: 'one that is beyond repair is made anew, the beginning of the old one is kept aside, and its owner is let in',
      needs: [],
      limitMs,
      async run(bench) {
        const machine = await off();
        for (let from = 0; from < CARD_BYTES - OTHERS_BYTES; from += GROUP_BYTES) {
          await machine.disk.spoil('data', from, MIB);
        }
        await machine.boot();
        bench.note(await mustBeWell(machine));
        await machine.shell.must('gzip --test /data/broken/first-8-MiB.gz');
        await machine.powerOff();
      },
    },
  ];
}

/** @returns what was done to the partition */
async function mustBeWell(machine: Machine): Promise<string> {
  const { shell } = machine;
  await shell.must('systemctl is-system-running --wait || { systemctl list-units --failed; false; }', {
    limitMs: 10 * MINUTE_MS,
  });
  const said = (await shell.must('journalctl -b -u pipit-data --no-pager -o cat')).trim();
  if (!/ext4 rw/.test(await shell.must('findmnt -no FSTYPE,OPTIONS /data')))
    throw new Error(`/data is not there: ${said}`);
  const size = Number((await shell.must('df --output=size -B1 /data | tail -n1')).trim());
  if (!(size > LEAST_DATA)) throw new Error(`/data has ${size} bytes only: ${said}`);
  const health = await fetch(machine.url('/healthz'), { signal: AbortSignal.timeout(60_000) });
  if (!health.ok) throw new Error(`/healthz answered ${health.status}: ${await health.text()}`);
  return said;
}
