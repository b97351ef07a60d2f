import { describeKinds, describeSettings } from './config/describe-settings.ts';
import { flawsOf } from './config/flaws.ts';
import type { Configuration } from './configuration.ts';
import type { WebSettings } from './web/settings-routes.ts';
import type { SettingsAnswer } from './web/settings-schemas.ts';

/** The configuration as the API has it. */
export function settingsApi(configuration: Configuration): WebSettings {
  return {
    describe: () => describe(configuration),
    change: (changes) => configuration.change(changes),
    checkChange: (changes) => configuration.checkChange(changes),
    checkText: (text) => configuration.checkText(text),
    undo: () => configuration.undo(),
    text: () => configuration.text(),
    replace: (text, isExpected) => configuration.replace(text, isExpected),
  };
}

async function describe(configuration: Configuration): Promise<SettingsAnswer> {
  const { text, loaded, refusal, pendingRestart, file, exists, readOnly, hasPrevious } = await configuration.sight();
  return {
    file: { path: file, exists, read_only: readOnly ?? null, has_previous: hasPrevious },
    diagnostics: refusal?.flaws ?? flawsOf(loaded.diagnostics, text),
    pending_restart: pendingRestart,
    // A file that can't be taken says nothing of the values that run.
    blocks: describeSettings(loaded, refusal === undefined ? text : ''),
    kinds: describeKinds(),
  };
}
