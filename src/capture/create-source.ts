import type { SourceSettings } from '../core/source-settings.ts';
import type { ByteInput } from './byte-input.ts';
import type { AudioSource, SourceContext } from './source.ts';

/**
 * Makes the source that `settings` describe; nothing is opened before its `read`.
 *
 * @param input the bytes of a source client; needed for type `client`, unused by the others.
 */
export function createSource(settings: SourceSettings, context: SourceContext, input?: ByteInput): AudioSource {
  void context;
  void input;
  throw new Error(`no source of type ${settings.type} yet`);
}
