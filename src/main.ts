#!/usr/bin/env -S node --max-semi-space-size=2
import { existsSync, readFileSync } from 'node:fs';
import { type Command, parseCommandLine, SUBCOMMANDS, type SubcommandFile, USAGE } from './commands/command-line.ts';
import { formatDiagnostic, InvalidConfig } from './config/diagnostic.ts';
import type { SettingsOrigin } from './config/load-settings.ts';
import { PipitError, sentencesOf } from './core/errors.ts';
import { EarlyProcess } from './worker/early-process.ts';
import { SOUND_PROGRAM } from './worker/sound-program.ts';

/*
 * The program: reads argv and environment, and loads what it was asked for; the station is 40 MB that no other command
 * needs. It is run with small spaces for young objects: V8 would give them 48 MB, and with thousands of listeners it would
 * use them.
 */

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
  else if (command.name === 'check') await check({ ...(await originOf(command.configFile)), text: undefined });
  else if (command.name === 'other') {
    const load: () => Promise<SubcommandFile> = SUBCOMMANDS[command.subcommand];
    process.exitCode = await (await load()).run(command.args);
  } else {
    // Loading FFmpeg takes as long as loading the station: both at once.
    using early = new EarlyProcess(SOUND_PROGRAM);
    const { runStation } = await import('./station/run-station.ts');
    await runStation(await originOf(command.configFile), version(), early);
  }
}

async function printDevices(): Promise<void> {
  const { formatDevices, listDevices } = await import('./capture/devices.ts');
  const { formatCameras, listCameras } = await import('./capture/camera/camera-devices.ts');
  process.stdout.write(`${formatDevices(await listDevices())}\n`);
  process.stdout.write(formatCameras(await listCameras()));
}

async function check(origin: SettingsOrigin): Promise<void> {
  const { checkConfig } = await import('./config/check-config.ts');
  const { exitCode, lines } = checkConfig(origin);
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = exitCode;
}

async function originOf(named: string | undefined): Promise<SettingsOrigin> {
  const { defaultProfile } = await import('./config/profiles.ts');
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
