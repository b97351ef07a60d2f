import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Recipe } from '../recipe.ts';
import type { Toolbox } from '../toolbox.ts';
import { debianVersion } from './control.ts';
import { RUN_STATION } from './run-station.ts';
import { TriedRoot } from './tried-root.ts';

/** One thing that was tried. */
export interface Trial {
  readonly name: string;
  readonly seconds: number;
  /** What was seen, or what is wrong. */
  readonly detail: string;
  readonly isOk: boolean;
}

/** What a package's scripts can be asked in turn, as a user would. */
type Step = readonly [name: string, run: () => Promise<string>];

const OLD_VERSION = '0.0.1~old';
const MOST_EXPOSED = 2.5;
const LEFT_OUT = '^missing +/usr/share/(doc|info|lintian|locale|man)';
const CONFIG = '/etc/pipit/config.hcl';
const WANTED = '/etc/systemd/system/multi-user.target.wants/pipit.service';

/** What Pipit's own sources import by name. */
const MODULES = [
  ...['@hono/node-server', '@julusian/jpeg-turbo', '@valibot/to-json-schema', 'better-sqlite3', 'epoll', 'hono', 'htm'],
  ...['lean-qr', 'mqtt', 'node-av/constants', 'node-av/lib', 'onoff', 'pino', 'preact', 'preact/hooks', 'prom-client'],
  ...['sharp', 'valibot', 'ws', 'yaml'],
];

/**
 * Installs, runs, upgrades, removes and purges the package in a system of its machine, and asks lintian about it. Some
 * minutes under emulation.
 *
 * @param base a tar archive of a Debian system that has what the package depends on
 */
export async function tryDeb(recipe: Recipe, toolbox: Toolbox, deb: string, base: string): Promise<Trial[]> {
  await using root = await TriedRoot.unpack(base);
  const debs = await bringDebs(root, toolbox, deb);
  const same = `/tmp/${basename(debs.same)}`;
  const old = `/tmp/${basename(debs.old)}`;
  const install = (path: string) => root.run('dpkg', ['--install', path]);
  const steps: Step[] = [
    ['lintian finds nothing but what is named', () => lint(toolbox, deb)],
    [
      'it installs, with its user, settings and service',
      async () => {
        await install(`/tmp/${basename(deb)}`);
        await expect(root, 'id -nG pipit', /^pipit(?=.*\baudio\b)(?=.*\bvideo\b)(?=.*\bgpio\b)(?=.*\bnetdev\b)/);
        await expect(root, `stat -c '%U:%G %a' /etc/pipit ${CONFIG}`, /^pipit:pipit 750\npipit:pipit 640$/);
        await expect(root, `readlink ${WANTED}`, /pipit\.service$/);
        return root.sh('id -nG pipit');
      },
    ],
    // A base may be one that leaves out manual pages and the like.
    [
      'its files are what the package says',
      () => expect(root, `dpkg --verify pipit | grep -vE '${LEFT_OUT}' || true`, /^$/),
    ],
    ['it says its version', () => expect(root, 'pipit --version', new RegExp(`^pipit ${recipe.version}$`))],
    ['its user may read its settings, and they are right', () => expect(root, asPipit('pipit --check'), /\S/)],
    ['every module loads', () => loadModules(root)],
    ['it is heard, seen and stops', () => runStation(root)],
    ['the service may be exposed no more than is meant', () => exposure(root)],
    ['systemd, udev and tmpfiles understand their files', () => verify(root)],
    [
      'an upgrade keeps what the user has changed, and asks nothing',
      async () => {
        await root.run('dpkg', ['--purge', 'pipit']);
        await install(old);
        await root.sh(`echo '# mine' >> ${CONFIG}; echo '<!-- mine -->' >> /etc/avahi/services/pipit.service`);
        await root.sh('echo kept > /var/lib/pipit/history; chown pipit: /var/lib/pipit/history');
        await install(same);
        await expect(root, 'dpkg-query --show pipit | cut -f 2', exactly(debianVersion(recipe.version)));
        await expect(root, `tail -n 1 ${CONFIG}; stat -c '%U %a' ${CONFIG}`, /^# mine\npipit 640$/);
        await expect(root, 'tail -n 1 /etc/avahi/services/pipit.service', /mine/);
        return expect(root, 'cat /var/lib/pipit/history', /^kept$/);
      },
    ],
    [
      'who has disabled it keeps it so',
      async () => {
        await root.sh('systemctl disable pipit.service');
        await install(same);
        await expect(root, `test -e ${WANTED} || echo off`, /^off$/);
        await root.sh('systemctl enable pipit.service');
        return 'off after an upgrade';
      },
    ],
    [
      'removing leaves settings and history, and nothing else',
      async () => {
        await root.run('dpkg', ['--remove', 'pipit']);
        await expect(root, 'ls -d /usr/lib/pipit /usr/bin/pipit /usr/lib/systemd/system/pipit.service || true', /^$/);
        return expect(root, `tail -n 1 ${CONFIG}; cat /var/lib/pipit/history`, /^# mine\nkept$/);
      },
    ],
    [
      'it comes back with them',
      async () => {
        await install(same);
        await expect(root, `readlink ${WANTED}`, /pipit\.service$/);
        return expect(root, `tail -n 1 ${CONFIG}`, /^# mine$/);
      },
    ],
    [
      'purging leaves nothing but the user',
      async () => {
        await root.run('dpkg', ['--purge', 'pipit']);
        await root.run('dpkg', ['--purge', 'pipit']);
        const left = await root.sh("find / -xdev -path /proc -prune -o -path /tmp -prune -o -name '*pipit*' -print");
        if (left !== '') throw new Error(`left: ${left.replaceAll('\n', ' ')}`);
        return 'nothing';
      },
    ],
  ];
  const trials: Trial[] = [];
  for (const [name, run] of steps) {
    const begun = performance.now();
    const seconds = () => Math.round((performance.now() - begun) / 100) / 10;
    try {
      const detail = (await run()).split('\n').slice(0, 3).join(' ');
      trials.push({ name, seconds: seconds(), detail, isOk: true });
    } catch (error) {
      trials.push({ name, seconds: seconds(), detail: (error as Error).message, isOk: false });
    }
  }
  return trials;
}

/** As a table for a terminal. */
export function trialTable(trials: readonly Trial[]): string {
  return trials
    .map(
      ({ name, seconds, detail, isOk }) =>
        `${isOk ? 'ok    ' : 'FAILED'} ${`${seconds} s`.padStart(8)}  ${name}: ${detail}\n`,
    )
    .join('');
}

/** The package, and copies of it that unpack quickly: as it is, and as an older version. */
async function bringDebs(root: TriedRoot, toolbox: Toolbox, deb: string): Promise<{ same: string; old: string }> {
  const inside = join(root.folder, 'tmp');
  await copyFile(deb, join(inside, basename(deb)));
  const tree = join(inside, 'repacked');
  const at = { same: join(inside, 'same.deb'), old: join(inside, 'old.deb') };
  const run = (...args: string[]) => toolbox.run([inside], 'dpkg-deb', args);
  await run('--raw-extract', join(inside, basename(deb)), tree);
  await run('--root-owner-group', '-Znone', '--build', tree, at.same);
  const control = join(tree, 'DEBIAN/control');
  const text = await readFile(control, 'utf8');
  await writeFile(control, text.replace(/^Version: .*$/m, `Version: ${OLD_VERSION}`));
  await run('--root-owner-group', '-Znone', '--build', tree, at.old);
  await rm(tree, { recursive: true });
  return at;
}

async function expect(root: TriedRoot, line: string, what: RegExp): Promise<string> {
  const said = await root.sh(line);
  if (!what.test(said)) throw new Error(`${line}: ${said === '' ? 'nothing' : said}`);
  return said;
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.+~]/g, '\\$&')}$`);
}

function asPipit(line: string): string {
  return `cd /var/lib/pipit && setpriv --reuid=pipit --regid=pipit --init-groups sh -c '${line}'`;
}

async function lint(toolbox: Toolbox, deb: string): Promise<string> {
  const place = `/tmp/${basename(deb)}`;
  const inside = join(toolbox.folder, place);
  await mkdir(join(toolbox.folder, 'tmp'), { recursive: true });
  await copyFile(deb, inside);
  try {
    return await toolbox.run([], 'lintian', ['--no-cfg', '--allow-root', '--fail-on', 'error,warning', place]);
  } finally {
    await rm(inside, { force: true });
  }
}

/** Imports each package that Pipit itself names, as Node does it. */
async function loadModules(root: TriedRoot): Promise<string> {
  const file = '/usr/lib/pipit/try-modules.js';
  await writeFile(join(root.folder, file), `for (const name of ${JSON.stringify(MODULES)}) await import(name);`);
  try {
    await root.run('/usr/lib/pipit/node/bin/node', [file]);
  } finally {
    await rm(join(root.folder, file));
  }
  return `${MODULES.length} of them`;
}

/** Without devices: the built-in recording is heard, the test card is seen. */
async function runStation(root: TriedRoot): Promise<string> {
  await writeFile(join(root.folder, 'tmp/run-station.mjs'), RUN_STATION);
  return root.sh(asPipit('PIPIT_DATA_DIR=/var/lib/pipit /usr/lib/pipit/node/bin/node /tmp/run-station.mjs'));
}

async function exposure(root: TriedRoot): Promise<string> {
  const said = await root.sh('systemd-analyze security --offline=true --no-pager pipit.service | tail -n 2');
  const [, level = '10'] = /pipit\.service: ([0-9.]+)/.exec(said) ?? [];
  if (Number(level) > MOST_EXPOSED) throw new Error(said);
  return `exposure level ${level}`;
}

async function verify(root: TriedRoot): Promise<string> {
  await root.sh('systemd-analyze verify --man=no pipit.service 2>&1 | grep pipit && exit 1 || true');
  await root.sh('udevadm verify /usr/lib/udev/rules.d/60-pipit.rules');
  await root.sh('systemd-tmpfiles --dry-run --create pipit.conf');
  return 'each of them';
}
