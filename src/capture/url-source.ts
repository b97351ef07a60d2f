import { NetworkError } from '../core/errors.ts';
import type { PcmBlock } from '../core/pcm.ts';
import type { UrlSettings } from '../core/source-settings.ts';
import { withoutUrlSecrets } from './clean-url.ts';
import { networkFailure } from './ffmpeg-failure.ts';
import { openFfmpegInput } from './ffmpeg-input.ts';
import { paced } from './pace.ts';
import type { AudioSource, SourceContext } from './source.ts';

/** Servers send some seconds at once; more than this is held back, so that a file on a server is a stream too. */
const LEAD_MS = 2_000;
/** Microseconds without a byte until a connection counts as dead. */
const STALL_US = 10_000_000;

/** No `file`: a playlist from the network must not reach the disk of this machine. */
const PROTOCOLS = 'http,https,httpproxy,tls,tcp,udp,rtp,srtp,rtsp,rtsps,srt,hls,crypto,data';

/** A stream on the network. It has no end of its own: one that ends is lost, and is opened again. */
export class UrlSource implements AudioSource {
  readonly description: string;
  readonly #url: string;
  readonly #context: SourceContext;

  constructor(settings: UrlSettings, context: SourceContext) {
    this.description = withoutUrlSecrets(settings.url);
    this.#url = settings.url;
    this.#context = context;
  }

  read(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    return paced(this.#stream(signal), { clock: this.#context.clock, signal }, { leadMs: LEAD_MS, isStamped: true });
  }

  async *#stream(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    yield* openFfmpegInput(
      { url: this.#url, options: optionsFor(this.#url) },
      { context: this.#context, name: this.description, mapFailure: networkFailure(this.description) },
      signal,
    );
    if (signal.aborted) return;
    throw new NetworkError('capture.stream-ended', `${this.description} has ended its stream`, {
      remedy: 'It is opened again; if that happens often, ask whoever runs the server.',
    });
  }
}

function optionsFor(url: string): Record<string, string> {
  const common = {
    protocol_whitelist: PROTOCOLS,
    // Programmes with pictures and several tracks take longer to tell what they hold.
    probesize: '1000000',
    analyzeduration: '3000000',
    user_agent: 'Pipit',
  };
  if (/^rtsps?:/i.test(url)) return { ...common, timeout: String(STALL_US), rtsp_transport: 'tcp' };
  return { ...common, rw_timeout: String(STALL_US) };
}
