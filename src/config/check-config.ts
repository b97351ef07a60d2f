import { statSync } from 'node:fs';
import { PROFILE_CAPS } from '../core/quick-sync-settings.ts';
import { type Diagnostic, Diagnostics, formatDiagnostic, InvalidConfig } from './diagnostic.ts';
import { type LoadedSettings, loadSettings, type SettingsOrigin } from './load-settings.ts';

/** What `--check` prints and exits with. */
export interface CheckResult {
  readonly exitCode: 0 | 1;
  readonly lines: readonly string[];
}

/** Passwords of examples, which everybody knows. */
const PLACEHOLDER = /^(?:change[-_]?me.*|hackme|password|secret|pipit)$/i;

/** Loads a configuration as a start would, and looks for what is allowed and most likely not meant. */
export function checkConfig(origin: SettingsOrigin): CheckResult {
  try {
    const loaded = loadSettings(origin);
    const { settings } = loaded;
    const found = [...loaded.diagnostics, ...doubtsOf(loaded, origin.file)];
    const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
    const content = `${counted(settings.sources.length, 'source')}, ${counted(settings.cameras.length, 'camera')}`;
    const verdict = `${origin.file}: valid: profile ${settings.profile}, ${content}, ${counted(settings.mounts.length, 'mount')}`;
    return { exitCode: 0, lines: [...found.map(formatDiagnostic), verdict] };
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    const errors = error.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
    const total = `${origin.file}: refused: ${errors} ${errors === 1 ? 'error' : 'errors'}`;
    return { exitCode: 1, lines: [...error.diagnostics.map(formatDiagnostic), total] };
  }
}

/** What a valid configuration makes one wonder about; looks into the file system. */
function doubtsOf({ settings, values, places }: LoadedSettings, file: string): readonly Diagnostic[] {
  const diagnostics = new Diagnostics();
  const warn = (name: string, what: string, why: string, remedy: string): void => {
    diagnostics.warning(places.get(name) ?? { file, line: 0, column: 0 }, what, why, remedy);
  };
  if (PLACEHOLDER.test(settings.server.sourcePassword)) {
    const why = 'whoever knows it can send to this station';
    warn('server.source_password', 'server.source_password is the one of an example', why, 'choose your own');
  }
  if (PLACEHOLDER.test(settings.auth.password)) {
    const why = 'whoever knows it can change this station';
    warn('auth.password', 'auth.password is the one of an example', why, 'choose your own');
  }
  if (places.has('server.mount_point') && !values.mounts.has(values.blocks.server.mount_point)) {
    const why = 'mount blocks take its place';
    warn('server.mount_point', 'server.mount_point has no effect', why, 'remove it');
  }
  const { profile, maxKbps } = settings.quickSync;
  if (places.has('quick_sync.max_bitrate') && PROFILE_CAPS[profile].maxKbps < maxKbps) {
    const what = `quick_sync.max_bitrate is ${maxKbps} and has no effect`;
    const why = `quality_profile ${profile} allows ${PROFILE_CAPS[profile].maxKbps} at most`;
    warn('quick_sync.max_bitrate', what, why, 'remove one of the two');
  }
  for (const { name, settings: source } of settings.sources) {
    if (source.type === 'file' && !is('file', source.path)) {
      const what = `${JSON.stringify(source.path)} is no file`;
      warn(`source.${name}.path`, what, `source "${name}" is down without it`, 'check the path');
    }
    if (source.type === 'playlist' && !is('directory', source.directory)) {
      const own = `source.${name}.directory`;
      const what = `${JSON.stringify(source.directory)} is no directory`;
      const place = places.has(own) ? own : 'playlist.directory';
      warn(place, what, `source "${name}" has nothing to play`, 'make it or check the path');
    }
  }
  for (const { name, source } of settings.cameras) {
    if (source.type !== 'file' || is('file', source.path)) continue;
    const what = `${JSON.stringify(source.path)} is no file`;
    warn(`camera.${name}.path`, what, `camera "${name}" shows nothing without it`, 'check the path');
  }
  return diagnostics.list;
}

function is(kind: 'file' | 'directory', path: string): boolean {
  try {
    const status = statSync(path);
    return kind === 'file' ? status.isFile() : status.isDirectory();
  } catch {
    // Missing or out of reach: for the source that wants it that is the same.
    return false;
  }
}
