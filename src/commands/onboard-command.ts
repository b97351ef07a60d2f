import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { systemClock } from '../core/clock.ts';
import { PipitError, sentencesOf } from '../core/errors.ts';
import { Iwd } from '../hardware/iwd.ts';
import { IwdAccessPoint } from '../hardware/iwd-access-point.ts';
import { OnboardingSign } from '../hardware/onboarding-sign.ts';
import { CaptiveDns } from '../onboarding/captive-dns.ts';
import { CaptivePortal } from '../onboarding/captive-portal.ts';
import { connection, OWN_ADDRESS, PORTAL_PORT } from '../onboarding/joined-network.ts';
import { Onboarding } from '../onboarding/onboarding.ts';
import { portalOwner } from '../station/portal-owner.ts';
import { PinoLog } from '../telemetry/pino-log.ts';

/** docs/first-boot.md, pipit.txt and the README say it: the owner types it into a phone, so letters only. */
const PASSWORD = 'hellopipit';
const STATION_PORT = 8001;
const CONFIG_FILE = '/etc/pipit/config.hcl';
const COUNTRY_FILE = '/data/system/wifi/country';

/**
 * `pipit onboard [--even-with-cable] [--open SECONDS]`: opens the access point for choosing a network, until there is one;
 * so long, before it looks whether a network that is known is back. Run by pipit-onboard.service, which watches whether it
 * is needed.
 */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { 'even-with-cable': { type: 'boolean', default: false }, open: { type: 'string', default: '300' } },
  });
  const log = PinoLog.open({
    level: 'info',
    forJournal: process.env['JOURNAL_STREAM'] !== undefined,
    write: (line) => process.stdout.write(line),
  }).room('onboarding');
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  process.once('SIGINT', () => stop.abort());
  const hasEthernet = async (): Promise<boolean> => connection().hasCable;
  const wifi = new Iwd({ busctl: 'busctl', iwctl: 'iwctl', sync: 'sync', hasEthernet });
  const sign = new OnboardingSign();
  const owner = await portalOwner(
    { clock: systemClock, log, pause },
    process.env['PIPIT_CONFIG'] || CONFIG_FILE,
    process.env,
  );
  const onboarding = new Onboarding(
    {
      log,
      accessPoint: new IwdAccessPoint(),
      wifi,
      connection,
      addresses: () => Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
      country: { get: keptCountry, set: keepCountry },
      sign: (isOpen) => sign.show(isOpen),
      openDns: () => new CaptiveDns(OWN_ADDRESS),
      openPortal: (deps, options) =>
        new CaptivePortal(
          { ...deps, owner },
          {
            ...options,
            address: OWN_ADDRESS,
            port: PORTAL_PORT,
            laterUrls: [`http://${hostname().split('.')[0]}.local:${STATION_PORT}/`],
          },
        ),
    },
    { password: PASSWORD, ignoresCable: values['even-with-cable'], openMs: Number(values.open) * 1000 },
  );
  try {
    const end = await onboarding.run(stop.signal);
    if (end === 'network') log.notice('there is a network: the Wi-Fi for setting up is closed');
    return 0;
  } catch (error) {
    if (!(error instanceof PipitError)) throw error;
    log.error(sentencesOf(error));
    return 1;
  }
}

function keptCountry(): string {
  try {
    return readFileSync(COUNTRY_FILE, 'utf8').trim();
  } catch {
    return '';
  }
}

/** pipit-country.path sees it, and has the kernel know it. */
async function keepCountry(code: string): Promise<void> {
  await writeFile(`${COUNTRY_FILE}.new`, `${code}\n`);
  await rename(`${COUNTRY_FILE}.new`, COUNTRY_FILE);
}
