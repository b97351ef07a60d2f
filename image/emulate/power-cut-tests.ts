import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { HardwareTest } from '../../hardware-tests/hardware-test.ts';
import { until } from '../../hardware-tests/until.ts';
import { checkDisk, type DiskFindings, fileIn } from './disk-check.ts';
import type { Lab } from './lab.ts';
import type { Machine } from './machine.ts';

/** A plug that was pulled. */
interface Cut {
  readonly when: string;
  readonly kept: number;
  readonly lost: number;
  readonly findings: DiskFindings;
  /** Of the load: the last file that was said to be safe. */
  readonly acknowledged: number;
}

const BOOT_MS = 600_000;
/** Of so many boots one is waited for to its end and looked at; all are for what was written before. */
const SAMPLE = 5;
/** A cut in mid-boot comes no later than this. */
const BOOTING_MS = 60_000;
const WRITING_MS = 25_000;
const HISTORY_MS = 180_000;
const FOLDER = '/data/power-cut';

/**
 * Writes numbered files and says each number when the file is safe: so whoever hears it may rely on the file. They go to the
 * card at once and not only when they are to be safe, so that at most moments there is something to lose. The station writes
 * beside it.
 */
const LOAD = `mkdir -p ${FOLDER}; cd ${FOLDER}; i=0; while :; do i=$((i+1)); dd if=/dev/urandom of=$i bs=32k count=4 oflag=direct status=none; sha256sum < $i > $i.sum; sync $i $i.sum .; echo $i; rm -f $((i-20)) $((i-20)).sum; done`;

/**
 * The plug is pulled again and again: at the first start, in mid-boot, and while files are written. The disk forgets some of
 * what it was not asked to keep (VolatileDisk), and is looked at from outside each time.
 */
export function powerCutTests(lab: Lab, { count, random }: { count: number; random: () => number }): HardwareTest[] {
  return [
    {
      about: 'power cuts',
      name: `the plug is pulled ${count} times: what was safe stays, the disk is whole, and the station runs again`,
      needs: [],
      limitMs: (count + 1) * BOOT_MS,
      async run(bench) {
        await lab.rest();
        const machine = bench.stack.use(await lab.open({ losesWrites: random, signal: bench.signal }));
        const cuts: Cut[] = [];
        for (let number = 1; number <= count; number += 1) {
          // The first one is at the first start, while the card is being set up; then every third in mid-boot.
          const isBooting = number % 3 === 1;
          const cut = isBooting
            ? await cutWhileBooting(machine, random)
            : await cutWhileWriting(machine, random, number % SAMPLE === 0);
          cuts.push(await looked(lab, machine, cut));
          await writeFile(join(lab.folder, 'power-cuts.md'), tableOf(cuts));
          const { wrong } = cuts.at(-1)?.findings ?? { wrong: [] };
          if (wrong.length > 0) throw new Error(`cut ${number}, ${cut.when}: ${wrong.join('; ')}`);
        }
        await machine.boot(BOOT_MS);
        await mustBeWell(machine);
        await mustBeWhole(machine);
        bench.note(
          `${cuts.length} cuts; ${sum(cuts, ({ lost }) => lost)} sectors lost that were not asked to be safe, ${sum(cuts, ({ kept }) => kept)} kept`,
        );
      },
    },
  ];
}

type Pulled = Omit<Cut, 'findings'>;

async function cutWhileBooting(machine: Machine, random: () => number): Promise<Pulled> {
  const afterMs = 3_000 + random() * BOOTING_MS;
  await machine.powerOn();
  await pause(afterMs);
  return { when: `${(afterMs / 1000).toFixed(1)} s after power`, acknowledged: 0, ...(await machine.powerCut()) };
}

async function cutWhileWriting(machine: Machine, random: () => number, isSample: boolean): Promise<Pulled> {
  await machine.boot(BOOT_MS);
  if (isSample) await mustBeWell(machine);
  await mustBeWhole(machine);
  const load = machine.shell.exec(LOAD, { limitMs: BOOT_MS });
  const afterMs = 3_000 + random() * WRITING_MS;
  await pause(afterMs);
  const fate = await machine.powerCut();
  const { stdout } = await load;
  const acknowledged = Number(/(\d+)\n[^\n]*$/.exec(stdout)?.[1] ?? 0);
  return { when: `after ${(afterMs / 1000).toFixed(1)} s of writing`, acknowledged, ...fate };
}

async function looked(lab: Lab, machine: Machine, cut: Pulled): Promise<Cut> {
  const work = await mkdtemp(join(tmpdir(), 'pipit-cut-'));
  try {
    const findings = await checkDisk(lab.toolbox, machine.disk, work);
    const wrong = [...findings.wrong];
    if (cut.acknowledged > 0) {
      // Its sum is the last that was written of it: when that is there, so must be the file.
      const there = await fileIn(lab.toolbox, findings.data, `${FOLDER.replace('/data', '')}/${cut.acknowledged}.sum`);
      if (!/^[0-9a-f]{64}/.test(there ?? '')) wrong.push(`file ${cut.acknowledged} was said to be safe and is gone`);
    }
    return { ...cut, findings: { ...findings, wrong } };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The system is up without a failed unit, and the station runs and keeps its history. */
async function mustBeWell(machine: Machine): Promise<void> {
  const { shell } = machine;
  await shell.must('systemctl is-system-running --wait || { systemctl list-units --failed; false; }', {
    limitMs: BOOT_MS,
  });
  await shell.must('systemctl is-active pipit.service');
  // A card that takes seconds beside all that starts is a trouble that passes.
  await until(
    'the history is kept',
    async () => {
      const answer = await fetch(machine.url('/api/history'), { signal: AbortSignal.timeout(60_000) });
      const { trouble } = (await answer.json()) as { trouble: string | null };
      return trouble === null ? true : undefined;
    },
    { limitMs: HISTORY_MS },
  );
}

/** /data is mounted, and what the load left there is as it was written. */
async function mustBeWhole({ shell }: Machine): Promise<void> {
  await shell.must('findmnt -n /data');
  const check = `cd ${FOLDER} 2> /dev/null || exit 0; for each in *.sum; do [ -s "$each" ] || continue; f=\${each%.sum}; [ "$(sha256sum < $f)" = "$(cat $each)" ] || echo $f; done; cd /; rm -rf ${FOLDER}`;
  const bad = (await shell.must(check)).trim().split('\n').filter(Boolean);
  // The last one may have been cut off in mid-write: nobody was told that it is safe.
  if (bad.length > 1) throw new Error(`files are not as they were written: ${bad.join(', ')}`);
}

function tableOf(cuts: readonly Cut[]): string {
  const rows = cuts.map(({ when, kept, lost, acknowledged, findings }, i) => {
    const { mended, wrong, events } = findings;
    const cells = [
      i + 1,
      when,
      `${kept} / ${lost}`,
      acknowledged,
      events ?? 'none yet',
      mended.join('<br>') || 'nothing',
    ];
    return `| ${[...cells, wrong.join('<br>') || 'nothing'].join(' | ')} |`;
  });
  return [
    '| cut | when | unsafe sectors kept / lost | files said to be safe | events in the database | mended as a boot does | wrong |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function sum(cuts: readonly Cut[], of: (cut: Cut) => number): number {
  return cuts.reduce((total, cut) => total + of(cut), 0);
}
