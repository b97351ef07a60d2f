import { readFile } from 'node:fs/promises';
import { maskedConfig, maskedValues, secretsOfValues } from '../config/masked-config.ts';
import type { Values } from '../config/values.ts';
import { FIGURES } from '../core/figures.ts';
import type { LogLine, RecentLog } from '../core/log-line.ts';
import { withoutSecrets } from '../core/without-secrets.ts';
import { SCHEMA } from '../history/schema.ts';
import { hostReport } from '../telemetry/host-report.ts';
import type { StationStats, StationStatus } from '../web/answers.ts';
import type { HouseDeps } from './house.ts';

export interface StationSupportDeps extends Pick<HouseDeps, 'events' | 'sight' | 'wallTime'> {
  readonly recentLog: RecentLog;
  readonly status: () => StationStatus;
  readonly stats: () => StationStats | undefined;
  /** The file of the running configuration and its values. */
  readonly configuration: () => { readonly file: string; readonly values: Values };
}

const MAX_CONFIG_BYTES = 1024 * 1024;
const READ_ME = `What this archive holds is made for somebody who helps: it has no passwords, no comments out of the
configuration, and addresses of listeners without their last part. Look through it before you send it.
`;

/** All that helps to find out what is wrong: texts by file name, without secrets. */
export async function supportFiles(deps: StationSupportDeps): Promise<Record<string, string>> {
  const { configuration, events, recentLog, sight, stats, status, wallTime } = deps;
  const { file, values } = configuration();
  const seen = sight();
  const about = {
    made: wallTime().toISOString(),
    version: seen.version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    model: seen.model,
    device_id: seen.deviceId,
    memory: process.memoryUsage(),
    database_schema: SCHEMA.length,
  };
  const files: Record<string, string> = {
    'README.txt': READ_ME,
    'about.json': json(about),
    'status.json': json(status()),
    'stats.json': json(stats() ?? {}),
    'figures.json': json(seen.figures),
    'figures-meaning.json': json(FIGURES),
    'settings.json': json(maskedValues(values)),
    'config.hcl': await configText(file),
    'log.txt': recentLog.after(0).map(lineText).join(''),
    'events.json': json(events.recent),
    'host.txt': await hostReport(),
  };
  const secrets = secretsOfValues(values);
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, withoutSecrets(text, secrets)]));
}

async function configText(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text === '') return '# It could not be read.\n';
  const masked = text.length > MAX_CONFIG_BYTES ? undefined : maskedConfig(text);
  return masked ?? '# It is left out: it is no valid HCL, so nobody can tell what in it is secret.\n';
}

function lineText({ timeMs, level, room, text }: LogLine): string {
  return `${new Date(timeMs).toISOString()} ${level.padEnd(7)} ${room === '' ? '' : `${room}: `}${text}\n`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 1)}\n`;
}
