#!/usr/bin/env -S node --max-semi-space-size=2
import { existsSync, readFileSync } from 'node:fs';
import { type Command, parseCommandLine, SUBCOMMANDS, type SubcommandFile, USAGE } from './command-line.ts';
import { checkConfig } from './config/check-config.ts';
import { formatDiagnostic, InvalidConfig } from './config/diagnostic.ts';
import { loadSettings, type SettingsOrigin } from './config/load-settings.ts';
import { defaultProfile } from './config/profiles.ts';
import type { Settings } from './config/settings.ts';
import { Configuration } from './configuration.ts';
import { systemClock } from './core/clock.ts';
import { PipitError, reportOf, sentencesOf } from './core/errors.ts';
import { ServiceNotice } from './service-notice.ts';
import { Station } from './station.ts';
import { StationRuns } from './station-runs.ts';
import { stationUrls } from './station-urls.ts';
import { LogRing } from './telemetry/log-ring.ts';
import { PinoLog } from './telemetry/pino-log.ts';

/*
 * The program: reads argv and environment, wires, starts, stops. Nothing else ends the process. It is run with small
 * spaces for young objects: V8 would give them 48 MB, and with thousands of listeners it would use them.
 */

/** A stop that takes longer than this is ended the hard way. */
const STOP_MS = 2_800;
/** EX_SOFTWARE of sysexits.h: systemd starts the program again. */
const BUG_EXIT_CODE = 70;

async function main(): Promise<void> {
  let command: Command;
  try {
    command = parseCommandLine(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
  if (command.name === 'help') process.stdout.write(USAGE);
  else if (command.name === 'version') process.stdout.write(`pipit ${version()}\n`);
  else if (command.name === 'devices') await printDevices();
  else if (command.name === 'check') check({ ...originOf(command.configFile), text: undefined });
  else if (command.name === 'other') {
    const load: () => Promise<SubcommandFile> = SUBCOMMANDS[command.subcommand];
    process.exitCode = await (await load()).run(command.args);
  } else await run(originOf(command.configFile));
}

async function printDevices(): Promise<void> {
  const { formatDevices, listDevices } = await import('./capture/devices.ts');
  const { formatCameras, listCameras } = await import('./capture/camera/camera-devices.ts');
  process.stdout.write(`${formatDevices(await listDevices())}\n`);
  process.stdout.write(formatCameras(await listCameras()));
}

function check(origin: SettingsOrigin): void {
  const { exitCode, lines } = checkConfig(origin);
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = exitCode;
}

async function run(origin: SettingsOrigin): Promise<void> {
  const loaded = loadSettings(origin);
  const recentLog = new LogRing();
  const log = PinoLog.open({
    level: loaded.settings.advanced.verboseLogging ? 'debug' : 'info',
    // Set by systemd when its journal takes what is written.
    forJournal: process.env['JOURNAL_STREAM'] !== undefined,
    write: (line) => process.stdout.write(line),
    keep: (...line) => recentLog.add(...line),
  });
  // Whoever read the log has gone: a full disk or a closed terminal must not end the sound.
  process.stdout.on('error', () => {});
  process.on('uncaughtException', (error) => {
    log.crit(`this is a bug in Pipit: ${error.stack ?? error.message}`);
    process.exit(BUG_EXIT_CODE);
  });
  for (const diagnostic of loaded.diagnostics) log.warning(formatDiagnostic(diagnostic));

  if (origin.text !== undefined) log.notice('there is no configuration yet: everything is as it is by default');
  const configuration = new Configuration(
    {
      clock: systemClock,
      log: log.room('settings'),
      apply: (settings, names) => {
        log.level = settings.advanced.verboseLogging ? 'debug' : 'info';
        runs.present.reload(settings, names);
      },
    },
    origin,
    loaded,
  );

  const runs: StationRuns<Station, Settings> = new StationRuns(
    {
      clock: systemClock,
      log,
      open: (settings) =>
        new Station(
          {
            clock: systemClock,
            log,
            random: Math.random,
            version: version(),
            restart: async () => runs.restart(),
            recentLog,
            configuration,
          },
          settings,
        ),
      start: async (station) => {
        await announce(station, log);
        notice?.ready(station);
      },
      nextSettings: () => configuration.startAgain(),
      lastSettings: () => configuration.startAsBefore(),
      onFailure: (error) => {
        if (!(error instanceof PipitError)) throw error;
        log.crit(sentencesOf(error));
        process.exit(1);
      },
    },
    loaded.settings,
  );
  const notice = ServiceNotice.open({ clock: systemClock, log, present: () => runs.present }, process.env);
  // Before anything is told of it: who sends a signal as soon as it is ready must not end it.
  process.on('SIGHUP', () => {
    configuration.reload().catch((error: unknown) => log.error(sentencesOf(reportOf(error, 'config.failed'))));
  });
  const stop = (signal: string): void => {
    log.notice(`${signal}: stopping`);
    notice?.stopping();
    setTimeout(() => process.exit(0), STOP_MS).unref();
    const ends = [configuration[Symbol.asyncDispose](), runs[Symbol.asyncDispose]()];
    void Promise.all(ends).then(() => process.exit(0));
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
  await runs.start();
}

/** Starts it and says where it is to be found. */
async function announce(station: Station, log: PinoLog): Promise<void> {
  const { listenPort, sourcePort } = await station.start();
  const { server } = station.settings;
  const urls = stationUrls(server.host, listenPort);
  for (const url of urls) log.notice(`open ${url}`);
  const base = urls.at(-1)?.replace(/\/$/, '');
  for (const path of station.mounts.keys()) log.notice(`listen at ${base}${path}`);
  station.cameraNames.forEach((name, index) => {
    log.notice(`watch at ${base}/camera${index === 0 ? '' : `/${name}`}.mjpg`);
  });
  if (sourcePort !== undefined && server.sourcePassword !== '') {
    log.notice(`source clients may send to port ${sourcePort}`);
  }
}

function originOf(named: string | undefined): SettingsOrigin {
  const candidates = [process.env['PIPIT_CONFIG'], 'config.hcl', '/etc/pipit/config.hcl'];
  const file = named ?? candidates.find((path) => path !== undefined && path !== '' && existsSync(path));
  const origin = { env: process.env, profileDefault: defaultProfile(deviceTreeModel()) };
  // Who names no file and has none gets the defaults; who names one that is not there has mistyped it.
  return file === undefined ? { ...origin, file: 'config.hcl', text: '' } : { ...origin, file };
}

function deviceTreeModel(): string | undefined {
  try {
    return readFileSync('/proc/device-tree/model', 'utf8');
  } catch {
    return undefined;
  }
}

function version(): string {
  return (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
}

main().catch((error: unknown) => {
  if (error instanceof InvalidConfig) process.stderr.write(`${error.diagnostics.map(formatDiagnostic).join('\n')}\n`);
  else if (error instanceof PipitError) process.stderr.write(`${sentencesOf(error)}\n`);
  else process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
