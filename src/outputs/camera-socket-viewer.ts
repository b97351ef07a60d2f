import type { Clock } from '../core/clock.ts';
import type { CameraSocketSink } from './camera-socket-sink.ts';
import { changedWish } from './picture-wish.ts';
import type { WatchingViewer } from './watchable-camera.ts';

/** More messages in a second than any page has use for. */
const MAX_MESSAGES_A_SECOND = 20;
/** Signs of life that may be missing in a row. */
const MAX_MISSED = 2;
/** RFC 6455, 7.4.1: a message that breaks the rules. */
const POLICY_VIOLATION = 1008;

/** Which wish a message changes, and the key its value has there. */
const WISHES: Readonly<Record<string, readonly [wish: 'level' | 'fps' | 'width', key: string]>> = {
  quality: ['level', 'level'],
  fps: ['fps', 'value'],
  width: ['width', 'value'],
};

/**
 * What a viewer on a WebSocket says. Messages are JSON: `{"type":"quality","level":70}` (or `"auto"`),
 * `{"type":"fps","value":5}`, `{"type":"width","value":640}` (0: the camera's own), and `{"type":"ping"}`, which is
 * answered with `{"type":"pong","t":…}`, milliseconds since 1970. Whoever says anything else is told so and shown out.
 */
export class CameraSocketViewer {
  readonly #clock: Clock;
  readonly #sink: CameraSocketSink;
  readonly #viewer: WatchingViewer;
  readonly #wallTimeUs: (ptsUs: number) => number;
  #secondBeganUs = 0;
  #messages = 0;
  #missed = 0;
  #isShownOut = false;

  constructor(clock: Clock, sink: CameraSocketSink, viewer: WatchingViewer, wallTimeUs: (ptsUs: number) => number) {
    this.#clock = clock;
    this.#sink = sink;
    this.#viewer = viewer;
    this.#wallTimeUs = wallTimeUs;
  }

  /** @param text undefined for a message that is none */
  receive(text: string | undefined): void {
    if (!this.isTolerable()) return;
    const message = parse(text);
    if (message === undefined) return this.#showOut('A message is a JSON object with a "type".');
    const { type } = message;
    if (type === 'ping') {
      const t = Math.round(this.#wallTimeUs(this.#clock.nowUs()) / 1000);
      return this.#sink.reply(JSON.stringify({ type: 'pong', t }));
    }
    const known = typeof type === 'string' && Object.hasOwn(WISHES, type) ? WISHES[type] : undefined;
    if (known === undefined) return this.#showOut('type is one of: quality, fps, width, ping.');
    const [name, key] = known;
    const wish = changedWish(this.#viewer.wish, name, message[key]);
    if (typeof wish === 'string') return this.#showOut(`${key} of ${type}: ${wish}`);
    this.#viewer.wish = wish;
  }

  /** Counts a message of any kind; false when there were too many and the viewer has been shown out. */
  isTolerable(): boolean {
    this.isAlive();
    const nowUs = this.#clock.nowUs();
    if (nowUs - this.#secondBeganUs >= 1e6) {
      this.#secondBeganUs = nowUs;
      this.#messages = 0;
    }
    this.#messages += 1;
    if (this.#messages > MAX_MESSAGES_A_SECOND) {
      this.#showOut(`There were more than ${MAX_MESSAGES_A_SECOND} messages in a second.`);
    }
    return !this.#isShownOut;
  }

  /** Something was heard of it. */
  isAlive(): void {
    this.#missed = 0;
  }

  /** Called at intervals, before it is asked for a sign of life; false when there have been none for too long. */
  mayLive(): boolean {
    if (this.#missed >= MAX_MISSED) return false;
    this.#missed += 1;
    return true;
  }

  #showOut(message: string): void {
    if (this.#isShownOut) return;
    this.#isShownOut = true;
    this.#sink.refuse(JSON.stringify({ type: 'error', message }), POLICY_VIOLATION);
  }
}

function parse(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
