import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench } from './hardware-test.ts';
import { must, program } from './program.ts';
import { until } from './until.ts';

const IWD = '/usr/libexec/iwd';
const DHCP_CLIENT = fileURLToPath(new URL(`./dhcp-client${extname(import.meta.filename)}`, import.meta.url));
/** Everybody may do everything on a bus where nobody else is (dbus-daemon(1)). */
const BUS = `<busconfig><type>custom</type><listen>unix:path=PATH</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>`;

/**
 * Another machine within the reach of Wi-Fi: one of the kernel's virtual radios in a network namespace of its own, with an
 * iwd and a D-Bus of its own. It is a router's access point or a phone.
 */
export class WifiNeighbour {
  readonly name: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #folder: string;

  private constructor(name: string, folder: string) {
    this.name = name;
    this.#folder = folder;
    this.#env = { ...process.env, LC_ALL: 'C.UTF-8', DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${join(folder, 'bus')}` };
  }

  /**
   * @param radio its name in /sys/class/ieee80211
   * @param givesAddresses as a router does
   */
  static async open(
    bench: Bench,
    { name, radio, givesAddresses }: { name: string; radio: string; givesAddresses: boolean },
  ): Promise<WifiNeighbour> {
    const folder = join(bench.folder, name);
    for (const each of ['config', 'state/ap']) await mkdir(join(folder, each), { recursive: true });
    await writeFile(join(folder, 'bus.conf'), BUS.replace('PATH', join(folder, 'bus')));
    const main = `[General]\nEnableNetworkConfiguration=${givesAddresses}\n[Network]\nNameResolvingService=none\n`;
    await writeFile(join(folder, 'config/main.conf'), main);
    await must('ip', ['netns', 'add', name]);
    // With the namespace the radio comes back.
    bench.stack.defer(async () => void (await program('ip', ['netns', 'del', name])));
    await must('iw', ['phy', radio, 'set', 'netns', 'name', name]);
    const neighbour = new WifiNeighbour(name, folder);
    neighbour.#start(bench, 'dbus-daemon', ['--nofork', '--nopidfile', `--config-file=${join(folder, 'bus.conf')}`]);
    await until('a D-Bus of its own', async () => ((await neighbour.#bus('GetId')).code === 0 ? true : undefined));
    neighbour.#start(bench, 'ip', ['netns', 'exec', name, IWD], {
      STATE_DIRECTORY: join(folder, 'state'),
      CONFIGURATION_DIRECTORY: join(folder, 'config'),
    });
    await until('its radio', () => neighbour.#device().catch(() => undefined));
    return neighbour;
  }

  /** Becomes an access point that gives addresses 192.168.77.x. */
  async openNetwork(ssid: string, password: string): Promise<void> {
    const profile = `[Security]\nPassphrase=${password}\n[IPv4]\nAddress=192.168.77.1\nNetmask=255.255.255.0\n`;
    await writeFile(join(this.#folder, 'state/ap', `${ssid}.ap`), profile);
    const device = await this.#device();
    await this.#iwctl(['device', device, 'set-property', 'Mode', 'ap']);
    await until('the network is open', async () =>
      (await this.#tries(['ap', device, 'start-profile', ssid])) ? true : undefined,
    );
  }

  /** As if the router were switched off. */
  async closeNetwork(): Promise<void> {
    await this.#iwctl(['ap', await this.#device(), 'stop']);
  }

  /** The name of a network in reach. */
  async seen(pattern: RegExp): Promise<string | undefined> {
    const device = await this.#device();
    await this.#tries(['station', device, 'scan']);
    const { out } = await this.#run('iwctl', ['station', device, 'get-networks']);
    return pattern.exec(out)?.[0];
  }

  /**
   * Becomes a client of a network and asks it for an address. It is not iwd that asks: towards another iwd that gives none
   * itself it takes that for an answer (FILS, IEEE 802.11ai), which phones do not.
   */
  async join(ssid: string, password: string): Promise<void> {
    const device = await this.#device();
    await this.#tries([`--passphrase=${password}`, '--dont-ask', 'station', device, 'connect', ssid]);
    if (!(await this.#isJoined(device))) return;
    await this.#ip(['route', 'replace', '255.255.255.255', 'dev', device]);
    const mac = /link\/ether (\S+)/.exec((await this.#ip(['link', 'show', device])).out)?.[1] ?? '';
    const { code, out } = await program('ip', ['netns', 'exec', this.name, process.execPath, DHCP_CLIENT, mac]);
    if (code === 0) await this.#ip(['address', 'replace', out, 'dev', device]);
  }

  /** Its address; undefined while it has none, or has left the network that gave it. */
  async address(): Promise<string | undefined> {
    const device = await this.#device();
    if (!(await this.#isJoined(device))) {
      await this.#ip(['-4', 'address', 'flush', 'dev', device]);
      return undefined;
    }
    const { out } = await this.#ip(['-4', '-br', 'address', 'show', 'dev', device, 'scope', 'global']);
    return /(\d+\.\d+\.\d+\.\d+)\//.exec(out)?.[1];
  }

  async #isJoined(device: string): Promise<boolean> {
    return (await this.#ip(['-br', 'link', 'show', 'dev', device])).out.split(/\s+/)[1] === 'UP';
  }

  #ip(args: readonly string[]) {
    return program('ip', ['-n', this.name, ...args]);
  }

  /**
   * Evaluates a module there, in its own network.
   * @returns what it wrote, as JSON
   */
  async evaluate<T>(module: string): Promise<T> {
    const node = [process.execPath, '--input-type=module', '--eval', module];
    return JSON.parse(await must('ip', ['netns', 'exec', this.name, ...node], { limitMs: 60_000 })) as T;
  }

  async #device(): Promise<string> {
    const { out } = await this.#run('busctl', [
      '--address',
      `unix:path=${join(this.#folder, 'bus')}`,
      '--json=short',
      ...['call', 'net.connman.iwd', '/', 'org.freedesktop.DBus.ObjectManager', 'GetManagedObjects'],
    ]);
    const name = /"net\.connman\.iwd\.Device":\{"Name":\{"type":"s","data":"([^"]+)"/.exec(out)?.[1];
    if (name === undefined) throw new Error(`${this.name} has no radio yet`);
    return name;
  }

  async #iwctl(args: readonly string[]): Promise<void> {
    const { code, out, err } = await this.#run('iwctl', args);
    if (code !== 0) throw new Error(`${this.name}: iwctl ${args.join(' ')}: ${(err || out).trim()}`);
  }

  async #tries(args: readonly string[]): Promise<boolean> {
    return (await this.#run('iwctl', args)).code === 0;
  }

  #bus(method: string) {
    const address = `unix:path=${join(this.#folder, 'bus')}`;
    const bus = 'org.freedesktop.DBus';
    return this.#run('busctl', ['--address', address, 'call', bus, '/org/freedesktop/DBus', bus, method]);
  }

  #run(name: string, args: readonly string[]) {
    const variables = Object.entries(this.#env).flatMap(([key, value]) =>
      key.startsWith('DBUS_') ? [`${key}=${value}`] : [],
    );
    return program('env', [...variables, name, ...args], { limitMs: 60_000 });
  }

  #start(bench: Bench, name: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): ChildProcess {
    const child = spawn(name, args, { env: { ...this.#env, ...more }, stdio: 'ignore' });
    bench.stack.defer(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    });
    return child;
  }
}
