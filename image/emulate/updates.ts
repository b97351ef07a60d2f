import { setTimeout as pause } from 'node:timers/promises';
import { TRIED_VERSION, type TriedBundles } from './broken-bundles.ts';
import { nameOnDisk } from './bundles-disk.ts';
import type { Machine } from './machine.ts';

/** What a scenario of updates is given. */
export interface UpdateBench {
  /** An arm64 machine with U-Boot that has come up, whose second disk has the bundles. */
  readonly machine: Machine;
  /** How often the plug is pulled. */
  readonly powerCuts: number;
  /** Below one. */
  readonly random: () => number;
  /** Something for the report. */
  note(text: string): void;
}

/** One thing that must be true of updates. They follow each other on one machine, in this order. */
export interface UpdateScenario {
  /** A sentence that is true when it passes. */
  readonly name: string;
  /** Takes too long for each run. */
  readonly onlyInFull?: boolean;
  run(bench: UpdateBench): Promise<void>;
}

/** From power to a confirmed system, emulated beside other work. */
const CONFIRM_MS = 600_000;
/** Three tries of a system that fails, then the one before. */
const UNDO_MS = 1_800_000;
const INSTALL_MS = 600_000;
/** Longer than an installation has taken: some plugs are pulled when it is done and not started yet. */
const INSTALLING_MS = 50_000;
const DISK = '/dev/vdb';
const MOUNTED = '/run/bundles';
/** On the data partition: must outlive everything. */
const KEPT = '/data/system/tried';

export const UPDATE_SCENARIOS: readonly UpdateScenario[] = [
  {
    name: 'a bundle with another byte in it, and one with a strange signature, are refused and change nothing',
    async run(bench) {
      const before = await slotOf(bench.machine);
      const corrupt = await install(bench, 'corrupt');
      wanted(corrupt.code === 1 && /damaged/.test(corrupt.text), `corrupt: ${corrupt.text}`);
      const strange = await install(bench, 'wrongKey');
      wanted(strange.code === 1 && /not signed/.test(strange.text), `wrong key: ${strange.text}`);
      wanted((await slotsOf(bench.machine)).includes('cannot be started'), 'the other system was touched');
      wanted((await slotOf(bench.machine)) === before, 'it runs another system');
    },
  },
  {
    name: 'a good update is installed, started and confirmed, and keeps settings',
    async run(bench) {
      const { machine } = bench;
      const before = await slotOf(machine);
      await machine.shell.must(`echo kept > ${KEPT}`);
      const { code, text } = await install(bench, 'good');
      wanted(code === 0, text);
      await machine.reboot();
      wanted((await slotOf(machine)) !== before, 'the same system runs');
      await confirmed(machine);
      wanted((await slotsOf(machine)).includes(TRIED_VERSION), 'its version is not told');
      await mustBeKept(machine);
      const marks = await machine.shell.must('ls /data/confirm');
      wanted(marks.trim() === '', `marks were left: ${marks}`);
    },
  },
  {
    name: 'the system before is started on demand',
    async run({ machine }) {
      const before = await slotOf(machine);
      await machine.shell.must('pipit update --rollback');
      await machine.reboot();
      wanted((await slotOf(machine)) !== before, 'the same system runs');
      await confirmed(machine);
    },
  },
  {
    name: 'an update whose kernel panics is undone, and the station says so',
    run: (bench) => undone(bench, 'panics'),
  },
  {
    name: 'an update whose program crashes is undone, and the station says so',
    run: (bench) => undone(bench, 'crashes'),
  },
  {
    name: 'an update that cannot use the data partition is undone, and nothing on that is lost',
    onlyInFull: true,
    async run(bench) {
      await undone(bench, 'blind');
      await mustBeKept(bench.machine);
    },
  },
  {
    name: 'a plug that is pulled at any moment of an installation leaves a system that starts',
    async run(bench) {
      const { machine, powerCuts, random } = bench;
      const running = await slotOf(machine);
      for (let cut = 1; cut <= powerCuts; cut += 1) {
        const afterMs = Math.round(random() * INSTALLING_MS);
        const bundle = await onDisk(machine, 'good');
        void machine.shell.exec(`pipit update ${bundle} --allow-older`, { limitMs: INSTALL_MS }).catch(() => {});
        await pause(afterMs);
        await machine.powerCut();
        await machine.boot();
        const now = await slotOf(machine);
        bench.note(`power cut ${cut} after ${(afterMs / 1000).toFixed(1)} s: system ${now} came up`);
        if (now !== running) {
          // The cut came after it was installed: it is a whole new system, which proves itself.
          await confirmed(machine);
          await machine.shell.must('pipit update --rollback');
          await machine.reboot();
        }
        const state = await machine.shell.must('systemctl is-system-running || true; findmnt -no FSTYPE,OPTIONS /data');
        wanted(/ext4 rw/.test(state), `/data is not as it was: ${state}`);
        await mustBeKept(machine);
      }
    },
  },
];

/** Installs a broken update, starts the machine again, and waits until the system before is back. */
async function undone(bench: UpdateBench, bundle: keyof TriedBundles): Promise<void> {
  const { machine } = bench;
  const before = await slotOf(machine);
  const { code, text } = await install(bench, bundle);
  wanted(code === 0, text);
  const began = performance.now();
  await machine.shell.exec('systemctl reboot');
  await backIn(machine, before, began + UNDO_MS);
  bench.note(`back after ${Math.round((performance.now() - began) / 1000)} s`);
  await confirmed(machine);
  const status = await machine.shell.must('pipit update --status');
  wanted(/Update: undone/.test(status), status);
  const told = JSON.parse(await (await fetch(machine.url('/api/update'))).text()) as { readonly state: string };
  wanted(told.state === 'undone', `the page is told ${told.state}`);
}

/** Waits until a system of that name has come up anew and the page answers. */
async function backIn(machine: Machine, slot: string, untilMs: number): Promise<void> {
  // The connection is to a system that goes down.
  await pause(15_000);
  for (;;) {
    await machine.shell.waitFor(Math.max(1_000, untilMs - performance.now()));
    const said = await machine.shell.exec('cat /proc/cmdline; cat /proc/uptime').catch(() => undefined);
    if (said?.stdout.includes(`rauc.slot=${slot}`)) return;
    if (performance.now() > untilMs) throw new Error(`system ${slot} is not back`);
    await pause(5_000);
  }
}

/** Waits until the system that runs is confirmed. */
async function confirmed(machine: Machine): Promise<void> {
  const untilMs = performance.now() + CONFIRM_MS;
  for (;;) {
    const { stdout } = await machine.shell.exec('journalctl -b -u pipit-confirm-update --no-pager -o cat');
    if (/is confirmed/.test(stdout)) return;
    if (performance.now() > untilMs) throw new Error(`it is not confirmed: ${stdout}`);
    await pause(3_000);
  }
}

async function install(
  { machine, note }: UpdateBench,
  bundle: keyof TriedBundles,
): Promise<{ code: number; text: string }> {
  const path = await onDisk(machine, bundle);
  const begun = performance.now();
  const { code, stdout, stderr } = await machine.shell.exec(`pipit update ${path}`, { limitMs: INSTALL_MS });
  note(`${bundle}: ${((performance.now() - begun) / 1000).toFixed(1)} s, then ${code === 0 ? 'installed' : 'refused'}`);
  return { code, text: `${stdout}${stderr}` };
}

/** @returns the path of a bundle in the machine */
async function onDisk({ shell }: Machine, bundle: keyof TriedBundles): Promise<string> {
  await shell.must(`mountpoint -q ${MOUNTED} || { mkdir -p ${MOUNTED}; mount -o ro ${DISK} ${MOUNTED}; }`);
  return `${MOUNTED}/${nameOnDisk(bundle)}`;
}

async function mustBeKept({ shell }: Machine): Promise<void> {
  wanted((await shell.must(`cat ${KEPT}`)).trim() === 'kept', 'data was lost');
}

async function slotOf({ shell }: Machine): Promise<string> {
  return (await shell.must("sed -n 's/.*rauc.slot=\\([AB]\\).*/\\1/p' /proc/cmdline")).trim();
}

async function slotsOf({ shell }: Machine): Promise<string> {
  return await shell.must('pipit update --status');
}

function wanted(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(otherwise);
}
