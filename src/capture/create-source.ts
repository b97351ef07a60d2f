import type { SourceSettings } from '../core/source-settings.ts';
import { AlsaSource } from './alsa-source.ts';
import type { ByteInput } from './byte-input.ts';
import { DemoSource } from './demo-source.ts';
import { ExecSource } from './exec-source.ts';
import { FileSource } from './file-source.ts';
import { PlaylistSource } from './playlist-source.ts';
import { SilenceSource } from './silence-source.ts';
import type { AudioSource, SourceContext } from './source.ts';
import { StreamSource } from './stream-source.ts';
import { TestTone } from './test-tone.ts';
import { UrlSource } from './url-source.ts';

/** The source that the settings describe; opened by its `read`. `input` is where a source client's bytes come in. */
export function createSource(settings: SourceSettings, context: SourceContext, input: ByteInput): AudioSource {
  switch (settings.type) {
    case 'alsa':
      return new AlsaSource(settings, context);
    case 'exec':
      return new ExecSource(settings, context);
    case 'file':
      return new FileSource(settings, context);
    case 'url':
      return new UrlSource(settings, context);
    case 'test':
      return new TestTone(settings, context);
    case 'playlist':
      return new PlaylistSource(settings, context);
    case 'client':
      return new StreamSource(settings, context, input);
    case 'silence':
      return new SilenceSource(settings, context);
    case 'demo':
      return new DemoSource(settings, context);
  }
}
