import { setTimeout as pause } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { DeviceError } from '../core/errors.ts';

const SERVICE = 'de.pengutronix.rauc';
const INSTALLER = `${SERVICE}.Installer`;
/** Looking at a bundle means reading all of it, from a card. */
const INSPECT_MS = 180_000;
const ANSWER_MS = 30_000;
const LOOK_MS = 1_000;
/** Of RAUC's words for why it does not do something. */
const MAX_WORDS = 500;
/** RAUC's configuration; where it is not there, nobody need be asked. */
export const RAUC_CONFIGURATION = '/etc/rauc/system.conf';

/** Runs a program to its end. */
export type RunProgram = (
  name: string,
  args: readonly string[],
  options?: { readonly timeoutMs?: number },
) => Promise<{ readonly exitCode: number; readonly out: string; readonly complaint: string }>;

/** One of the two systems on the disk. */
export interface SystemSlot {
  /** RAUC's name: `rootfs.0`. */
  readonly name: string;
  /** The boot loader's name: `A`. */
  readonly bootName: string;
  /** It runs now. */
  readonly isBooted: boolean;
  /** The boot loader would start it. */
  readonly isBootable: boolean;
  /** Version of the update that was written there; undefined for what was on the card from the beginning. */
  readonly version: string | undefined;
  /** When that was, in ISO 8601. */
  readonly installedAt: string | undefined;
}

/** What RAUC does at this moment. */
export interface RaucActivity {
  readonly isBusy: boolean;
  readonly percent: number;
  /** In its own words. */
  readonly step: string;
  /** Why the last installation failed; empty: it did not. */
  readonly lastError: string;
}

/** What a bundle says of itself, after its signature was found good. */
export interface BundleFacts {
  readonly compatible: string;
  readonly version: string;
}

/** RAUC over D-Bus (RAUC reference manual, "D-Bus API"), through busctl(1). */
export class Rauc {
  readonly #run: RunProgram;
  readonly #busctl: readonly string[];

  /** @param busctl the program and what it is always told, for tests */
  constructor(run: RunProgram, busctl: readonly string[] = ['busctl', '--system']) {
    this.#run = run;
    this.#busctl = busctl;
  }

  /**
   * Waits until it answers. D-Bus gives up on what it starts after 25 s (activation_timeout in dbus-daemon's
   * bus/config-parser.c), which RAUC may need while all of a slow machine starts; it comes up all the same.
   *
   * @throws DeviceError `update.rauc` when it has not after so long
   */
  async untilAnswers(limitMs: number): Promise<void> {
    const untilMs = performance.now() + limitMs;
    for (;;) {
      try {
        await this.#properties();
        return;
      } catch (error) {
        if (performance.now() > untilMs) throw error;
        await pause(LOOK_MS);
      }
    }
  }

  /** The two systems, of their parts only the roots. */
  async slots(): Promise<readonly SystemSlot[]> {
    const answer = (await this.#call(INSTALLER, 'GetSlotStatus')) as readonly (readonly [string, Facts])[] | undefined;
    return (answer ?? []).flatMap(([name, facts]) => {
      const bootName = text(facts['bootname']);
      if (bootName === undefined) return [];
      return {
        name,
        bootName,
        isBooted: facts['state'] === 'booted',
        isBootable: facts['boot-status'] === 'good',
        version: text(facts['bundle.version']),
        installedAt: text(facts['installed.timestamp']),
      };
    });
  }

  /** Name of the slot that the boot loader would start now. */
  async primary(): Promise<string> {
    return String(await this.#call(INSTALLER, 'GetPrimary'));
  }

  /** What bundles for this machine must call themselves. */
  async compatible(): Promise<string> {
    return text((await this.#properties())['Compatible']) ?? '';
  }

  async activity(): Promise<RaucActivity> {
    const { Operation, Progress, LastError } = await this.#properties();
    const [percent, step] = Array.isArray(Progress) ? (Progress as [unknown, unknown]) : [0, ''];
    return {
      isBusy: Operation !== 'idle',
      percent: typeof percent === 'number' ? percent : 0,
      step: text(step) ?? '',
      lastError: text(LastError) ?? '',
    };
  }

  /** @throws DeviceError `update.rauc` with RAUC's words, where it is not signed or damaged */
  async inspect(path: string): Promise<BundleFacts> {
    const info = (await this.#call(INSTALLER, 'InspectBundle', ['sa{sv}', path, '0'], INSPECT_MS)) as Facts;
    const update = (info['update'] ?? {}) as Facts;
    return { compatible: text(update['compatible']) ?? '', version: text(update['version']) ?? '' };
  }

  /** Begins to install a file; `activity` tells how far it is. */
  async install(path: string): Promise<void> {
    await this.#call(INSTALLER, 'InstallBundle', ['sa{sv}', path, '0'], INSPECT_MS);
  }

  /**
   * @param state `good`: it came up well; `active`: it is what is started from now on
   * @param slot its name, `booted` or `other`
   * @returns RAUC's words for what was done
   */
  async mark(state: 'good' | 'active', slot: string): Promise<string> {
    const answer = (await this.#call(INSTALLER, 'Mark', ['ss', state, slot])) as readonly unknown[];
    return String(answer[1]);
  }

  async #properties(): Promise<Facts> {
    return (await this.#call('org.freedesktop.DBus.Properties', 'GetAll', ['s', INSTALLER])) as Facts;
  }

  /** What a method answers, without its types; of several values, a list. */
  async #call(of: string, method: string, args: readonly string[] = [], timeoutMs = ANSWER_MS): Promise<unknown> {
    const [program = '', ...always] = this.#busctl;
    const limit = `--timeout=${timeoutMs / 1000}`;
    const asked = [...always, '--json=short', limit, 'call', SERVICE, '/', of, method, ...args];
    // busctl gives up by itself; this is for where it does not.
    const { exitCode, out, complaint } = await this.#run(program, asked, { timeoutMs: timeoutMs + 5_000 });
    if (exitCode !== 0) {
      const why = stripVTControlCharacters(complaint)
        .trim()
        .replaceAll(/\s+/g, ' ')
        .replace(/^Call failed: /, '');
      throw new DeviceError('update.rauc', why.slice(0, MAX_WORDS), { remedy: 'See: journalctl -u rauc' });
    }
    if (out.trim() === '') return undefined;
    const { data } = JSON.parse(out) as { readonly data: readonly unknown[] };
    const values = data.map(plain);
    return values.length === 1 ? values[0] : values;
  }
}

type Facts = Readonly<Record<string, unknown>>;

/** busctl writes a variant as `{"type": …, "data": …}`: only the data, at any depth. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 2 && 'type' in value && 'data' in value) return plain(value.data);
  return Object.fromEntries(entries.map(([key, each]) => [key, plain(each)]));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
