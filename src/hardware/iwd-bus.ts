import { stripVTControlCharacters } from 'node:util';
import { DeviceError } from '../core/errors.ts';
import { runProgram } from './system-program.ts';

/** Begins the names of its interfaces too. */
export const IWD = 'net.connman.iwd';

/** Objects of iwd by path, with their properties by interface, as busctl's JSON has them. */
export type IwdObjects = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, { readonly data: unknown }>>>>>
>;

/** iwd over D-Bus (its doc/*-api.txt), through busctl(1). */
export class IwdBus {
  readonly #busctl: string;

  /** @param busctl the program, by name or path */
  constructor(busctl = 'busctl') {
    this.#busctl = busctl;
  }

  /** @throws DeviceError `hardware.wifi-refused` */
  async objects(): Promise<IwdObjects> {
    const answer = (await this.call('/', 'org.freedesktop.DBus.ObjectManager', 'GetManagedObjects')) as {
      readonly data?: readonly IwdObjects[];
    };
    return answer.data?.[0] ?? {};
  }

  /**
   * @param args signature and values, as busctl wants them
   * @throws DeviceError `hardware.wifi-refused`
   */
  async call(path: string, of: string, method: string, ...args: readonly string[]): Promise<unknown> {
    const out = await this.#ask(['call', IWD, path, of, method, ...args]);
    return out.trim() === '' ? undefined : (JSON.parse(out) as unknown);
  }

  /** @throws DeviceError `hardware.wifi-refused` */
  async set(path: string, of: string, property: string, ...value: readonly string[]): Promise<void> {
    await this.#ask(['set-property', IWD, path, of, property, ...value]);
  }

  async #ask(args: readonly string[]): Promise<string> {
    const { exitCode, out, complaint } = await runProgram(this.#busctl, ['--system', '--json=short', ...args]);
    if (exitCode === 0) return out;
    throw new DeviceError('hardware.wifi-refused', `iwd can’t be asked: ${lastLine(complaint)}`, {
      remedy: 'See: systemctl status iwd',
    });
  }
}

/** The value of a property that is text. */
export function textOf(property: { readonly data: unknown } | undefined): string | undefined {
  return typeof property?.data === 'string' ? property.data : undefined;
}

/** Without what colours a terminal. */
export function lastLine(lines: string): string {
  return stripVTControlCharacters(lines).trim().split('\n').at(-1) ?? '';
}

/** -50 dBm and better is full, -100 nothing: as NetworkManager counts. */
export function percentOf(dbm: number): number {
  return Math.round(Math.min(100, Math.max(0, 2 * (dbm + 100))));
}
