import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AccessBook } from '../access/access-book.ts';
import { ChangeGate } from '../access/change-gate.ts';
import { StationPassword } from '../access/station-password.ts';
import { InvalidConfig } from '../config/diagnostic.ts';
import { loadSettings } from '../config/load-settings.ts';
import type { Clock } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { PortalOwner } from '../onboarding/captive-portal.ts';

export interface PortalOwnerDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
}

/** Where the package keeps it, and the image. */
const DATA_DIR = '/var/lib/pipit';

/**
 * Who may choose a network on the page of the access point: whoever knows the station's password, once it has one. It is
 * looked at as the station does, wrong ones wait as there. What can't be read opens nothing.
 *
 * @param configFile of the station; it may be broken or missing
 */
export async function portalOwner(
  { clock, log, pause }: PortalOwnerDeps,
  configFile: string,
  env: NodeJS.ProcessEnv,
): Promise<PortalOwner> {
  const { dataDir, configured, isKnown } = stationSettings(configFile, { PIPIT_DATA_DIR: DATA_DIR, ...env });
  const book = new AccessBook({ log }, join(dataDir, 'access.json'));
  await book.load();
  const password = new StationPassword({ clock, book }, () => configured);
  const gate = new ChangeGate({ clock, log, counters: new CounterSet(), credentials: { password } }, () => configured);
  const isUnreadable = password.trouble !== undefined || (password.origin === 'none' && !isKnown);
  return {
    isAsked: isUnreadable || password.origin !== 'none',
    async refuse(given, address) {
      if (isUnreadable) return 'unreadable';
      if (password.origin === 'none') return undefined;
      // A field that was left empty is no guess.
      if (given === '') return 'not-owner';
      const asked = { address, host: undefined, origin: undefined, authorization: undefined };
      const refusal = await gate.refusePassword(asked, given);
      if (refusal === undefined) return undefined;
      await pause(refusal.delayMs);
      return refusal.status === 401 ? 'not-owner' : 'too-many';
    },
  };
}

interface StationSettings {
  readonly dataDir: string;
  /** `auth.password`; empty: none. */
  readonly configured: string;
  /** False where there may be one that can't be read. */
  readonly isKnown: boolean;
}

function stationSettings(file: string, env: NodeJS.ProcessEnv): StationSettings {
  try {
    const { settings } = loadSettings({ file, env, profileDefault: 'raspberry-pi' });
    return { dataDir: settings.dataDir, configured: settings.auth.password, isKnown: true };
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    return { dataDir: env['PIPIT_DATA_DIR'] || DATA_DIR, configured: '', isKnown: !mayNamePassword(file) };
  }
}

/** What is too broken to be understood may still be meant to. */
function mayNamePassword(file: string): boolean {
  try {
    return /\bpassword\b/.test(readFileSync(file, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}
