import type { HardwareTest } from '../../hardware-tests/hardware-test.ts';
import { CARD_BYTES, type Lab } from './lab.ts';

const MINUTE_MS = 60_000;
/** What mkfs keeps of the superblock elsewhere is gone as well: the first copy is at 128 MiB. */
const SPOILED_BYTES = 160 * 2 ** 20;
const LEAST_DATA = CARD_BYTES - 1_500_000_000;

/** A card whose data partition nobody can read any more: what the owner wrote on its first partition counts again. */
export function lostDataTests(lab: Lab): HardwareTest[] {
  return [
    {
      about: 'lost data',
      name: 'a data partition that is beyond repair is made anew, the old one is kept aside, and its owner is let in',
      needs: [],
      limitMs: 30 * MINUTE_MS,
      async run(bench) {
        await lab.rest();
        const machine = bench.stack.use(await lab.open({ signal: bench.signal }));
        await machine.boot();
        await machine.powerOff();
        await machine.disk.spoil('data', SPOILED_BYTES);
        await machine.boot();
        const { shell } = machine;
        await shell.must('systemctl is-system-running --wait || { systemctl list-units --failed; false; }', {
          limitMs: 10 * MINUTE_MS,
        });
        bench.note((await shell.must('journalctl -b -u pipit-data --no-pager -o cat | tail -n 8')).trim());
        const size = Number((await shell.must('df --output=size -B1 /data | tail -n1')).trim());
        if (!(size > LEAST_DATA)) throw new Error(`/data has ${size} bytes only`);
        if (!/ext4 rw/.test(await shell.must('findmnt -no FSTYPE,OPTIONS /data'))) throw new Error('/data is not ext4');
        await shell.must('gzip --test /data/broken/first-8-MiB.gz');
        const health = await fetch(machine.url('/healthz'), { signal: AbortSignal.timeout(60_000) });
        if (!health.ok) throw new Error(`/healthz answered ${health.status}: ${await health.text()}`);
      },
    },
  ];
}
