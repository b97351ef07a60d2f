import type { HardwareTest } from '../../hardware-tests/hardware-test.ts';
import { CARD_BYTES, type Lab } from './lab.ts';

/** What a release must not have in its journal after a boot, but for these. */
const ALLOWED: readonly { readonly why: string; readonly line: RegExp }[] = [
  {
    why: "FFmpeg's library looks for the video chips of another maker when it is loaded, and has no switch for it",
    line: / mpp\[\d+\]: mpp_rt: can NOT found any allocator/,
  },
];
/** Of the card, that /data must have got. */
const LEAST_DATA = CARD_BYTES - 1_500_000_000;
const MOST_EXPOSED = 2.5;
const MINUTE_MS = 60_000;
/** Plugs in what begins as the machine's own card does; says how many first partitions there are, and which one is linked. */
const OTHER_CARD = `set -e; modprobe loop; data=$(findmnt -no SOURCE /data)
head -c 1M \${data%7} > /run/other-card; truncate -s 2G /run/other-card
loop=$(losetup --partscan --find --show /run/other-card); udevadm settle
grep -l 'PARTUUID=.*-01' /sys/class/block/*/uevent | wc -l; readlink -f /dev/disk/by-partuuid/*-01; echo "\${data%7}1"
losetup --detach $loop; rm /run/other-card`;

/** A new card is put in and switched on. */
export function firstBootTests(lab: Lab): HardwareTest[] {
  const about = 'first boot';
  return [
    {
      about,
      name: 'U-Boot starts system A from the card, and the key in pipit.txt lets its owner in',
      needs: [],
      limitMs: 12 * MINUTE_MS,
      async run(bench) {
        const machine = await lab.machine();
        const begun = performance.now();
        const seconds = (): string => ((performance.now() - begun) / 1000).toFixed(0);
        await machine.powerOn();
        if (lab.recipe.arch === 'arm64') {
          const [said] = await machine.serial.waitFor(/Pipit: starting system .*/, MINUTE_MS, bench.signal);
          bench.note(`${said.trim()} after ${seconds()} s`);
        }
        await machine.shell.waitFor(10 * MINUTE_MS);
        bench.note(`SSH after ${seconds()} s`);
        const slot = /rauc\.slot=(\w)/.exec(await machine.shell.must('cat /proc/cmdline'))?.[1];
        if (slot !== 'A') throw new Error(`it runs system ${slot}`);
        await machine.shell.exec('systemctl is-system-running --wait', { limitMs: 5 * MINUTE_MS });
        bench.note((await machine.shell.must('systemd-analyze time')).trim().split('\n')[0] ?? '');
      },
    },
    {
      about,
      name: 'the key is taken over, and /data has all of the card that is left',
      needs: [],
      async run(bench) {
        const { shell } = await lab.running();
        const bytes = Number((await shell.must('df --output=size -B1 /data | tail -n1')).trim());
        bench.note(`/data has ${(bytes / 1e9).toFixed(2)} GB`);
        if (!(bytes > LEAST_DATA)) throw new Error(`/data has ${bytes} bytes only`);
        const text = await shell.must('cat /boot/firmware/pipit.txt');
        const errors = await shell.exec('cat /boot/firmware/pipit-errors.txt');
        if (errors.code === 0) throw new Error(`pipit.txt was not understood: ${errors.stdout}`);
        if (/wifi_password\s*=\s*"[^"]/.test(text)) throw new Error('a password is left on the card');
      },
    },
    {
      about,
      name: 'the page answers, the root is read-only, and nothing has failed',
      needs: [],
      async run(bench) {
        const machine = await lab.running();
        const health = await fetch(machine.url('/healthz'), { signal: AbortSignal.timeout(60_000) });
        if (!health.ok) throw new Error(`/healthz answered ${health.status}: ${await health.text()}`);
        const failed = (await machine.shell.must('systemctl list-units --failed --plain --no-legend')).trim();
        if (failed !== '') throw new Error(`failed: ${failed}`);
        const mounts = await machine.shell.must('findmnt -rn -o TARGET,FSTYPE,OPTIONS');
        // The squashfs itself is below, where nobody can reach it any more.
        if (!/^\/ overlay \S*lowerdir=\/squash/m.test(mounts)) throw new Error(`the root is not a layer:\n${mounts}`);
        if (!/^\/data ext4 rw/m.test(mounts)) throw new Error(`no /data:\n${mounts}`);
        const score = await machine.shell.must('systemd-analyze security --no-pager pipit.service | tail -n1');
        const exposure = Number(/pipit\.service: ([\d.]+)/.exec(score)?.[1] ?? Number.NaN);
        lab.figures.security_score = exposure;
        bench.note(`systemd-analyze security: ${exposure}`);
        if (!(exposure <= MOST_EXPOSED)) throw new Error(`systemd-analyze security: ${score}`);
      },
    },
    {
      about,
      name: 'it is found as pipit.local, and has not taken itself for another machine of that name',
      needs: [],
      async run() {
        const { shell } = await lab.running();
        const said = await shell.must('journalctl -b -u avahi-daemon --no-pager -o cat');
        if (!/Host name is pipit\.local\./.test(said) || /conflict/.test(said)) throw new Error(said);
      },
    },
    {
      about,
      name: 'another card with Pipit may be plugged in: links in /dev/disk stay with its own',
      needs: [],
      async run() {
        const { shell } = await lab.running();
        const said = await shell.must(OTHER_CARD);
        const [count, linked, own] = said.trim().split('\n');
        if (count !== '2') throw new Error(`the other card is not seen:\n${said}`);
        if (linked !== own) throw new Error(`the link leads to ${linked}, and not to ${own}`);
      },
    },
  ];
}

/** The journal of a boot that has done everything else. */
export function journalTest(lab: Lab): HardwareTest {
  return {
    about: 'journal',
    name: 'there is no error in the journal but those that are allowed by name',
    needs: [],
    async run(bench) {
      const { shell } = await lab.running();
      const text = await shell.must('journalctl -b -p err --no-pager -o short-monotonic');
      const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('-- '));
      const allowed = lines.filter((line) => ALLOWED.some((each) => each.line.test(line)));
      const others = lines.filter((line) => !allowed.includes(line));
      for (const { why, line } of ALLOWED) {
        const count = allowed.filter((each) => line.test(each)).length;
        if (count > 0) bench.note(`allowed, ${count} times: ${why}`);
      }
      if (others.length > 0) throw new Error(`${others.length} errors:\n${others.join('\n')}`);
    },
  };
}
