import * as assert from 'uvu/assert';
import { formatDiagnostic, InvalidConfig } from './diagnostic.ts';
import type { Environment } from './environment.ts';
import { type LoadedSettings, loadSettings } from './load-settings.ts';

/** Loads a text as /etc/pipit/config.hcl of a home server. */
export function load(text: string, env: Environment = {}): LoadedSettings {
  return loadSettings({ file: '/etc/pipit/config.hcl', text, env, profileDefault: 'home-server' });
}

/** The errors of a configuration that must be refused, without the file's directory. */
export function errorsOf(text: string, env: Environment = {}): string[] {
  try {
    load(text, env);
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    const errors = error.diagnostics.filter(({ severity }) => severity === 'error');
    return errors.map((diagnostic) => formatDiagnostic(diagnostic).replace('/etc/pipit/', ''));
  }
  assert.unreachable(`accepted: ${text}`);
  return [];
}

/** Asserts that a configuration is refused for one reason. */
export function onlyError(text: string, pattern: RegExp, env: Environment = {}): void {
  const errors = errorsOf(text, env);
  assert.is(errors.length, 1, errors.join('\n'));
  assert.match(errors[0] ?? '', pattern);
}
