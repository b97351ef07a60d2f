import { formatDiagnostic } from '../config/diagnostic.ts';
import { loadSettings, type SettingsOrigin } from '../config/load-settings.ts';
import type { Settings } from '../config/settings.ts';
import { systemClock } from '../core/clock.ts';
import { keepCompiledCode } from '../core/compiled-code.ts';
import { PipitError, reportOf, sentencesOf } from '../core/errors.ts';
import { LogRing } from '../telemetry/log-ring.ts';
import { PinoLog } from '../telemetry/pino-log.ts';
import type { EarlyProcess } from '../worker/early-process.ts';
import { Configuration } from './configuration.ts';
import { ServiceNotice } from './service-notice.ts';
import { Station } from './station.ts';
import { StationRuns } from './station-runs.ts';
import { stationUrls } from './station-urls.ts';

/** A stop that takes longer than this is ended the hard way. */
const STOP_MS = 2_800;
/** EX_SOFTWARE of sysexits.h: systemd starts the program again. */
const BUG_EXIT_CODE = 70;

/**
 * Runs the station of a configuration until a signal ends the process, which nothing else does but a bug and a start that
 * fails.
 * @param early a media worker that loads already; it stays the caller's while nobody has taken it
 */
export async function runStation(origin: SettingsOrigin, version: string, early: EarlyProcess): Promise<void> {
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
            version,
            restart: async () => runs.restart(),
            recentLog,
            configuration,
            early,
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
  keepCompiledCode(systemClock);
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
