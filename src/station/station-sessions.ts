import { describeAgent } from '../access/device-agent.ts';
import type { Broadcaster } from '../broadcast/broadcaster.ts';
import type { SessionArchive } from '../core/session.ts';
import type { Viewer } from '../frames/viewer.ts';
import type { QualityChoice } from '../outputs/quality-choice.ts';
import type { ListenerBelief } from '../quality/listener-sight.ts';
import { SessionBook, type SessionBookDeps, type SessionBookOptions } from '../telemetry/sessions/session-book.ts';
import { knownSessions } from './known-sessions.ts';
import { ListeningSession } from './listening-session.ts';
import { WatchingSession } from './watching-session.ts';

export type StationSessionsDeps = Omit<SessionBookDeps, 'describeAgent'>;

/** What the sessions of listeners are made of. */
export interface ListeningFacts {
  readonly mounts: ReadonlyMap<string, { readonly broadcaster: Broadcaster }>;
  /** What is believed of a listener, by its number. */
  readonly beliefOf: (id: number) => ListenerBelief | undefined;
}

/** Who listens and watches here, and where they are entered and asked for. */
export class StationSessions implements Disposable {
  readonly book: SessionBook;
  readonly #archive: () => SessionArchive | undefined;

  constructor(deps: StationSessionsDeps, options: () => SessionBookOptions) {
    this.#archive = deps.archive;
    this.book = new SessionBook({ ...deps, describeAgent }, options);
  }

  /** For the API. */
  get api() {
    return knownSessions(this.book, this.#archive);
  }

  /** Enters who watches a camera; call the function that is returned when they have gone. */
  readonly onViewer = (camera: string, viewer: Viewer): (() => void) => {
    const session = new WatchingSession(viewer, camera);
    const end = this.book.begin(session);
    return () => end(session.closeReason);
  };

  /** The same choice; who listens is entered, until their socket closes. */
  entering(choice: QualityChoice, { mounts, beliefOf }: ListeningFacts): QualityChoice {
    const paths = new Map([...mounts].map(([path, { broadcaster }]) => [broadcaster, path]));
    return {
      startOf: (listener) => choice.startOf(listener),
      follow: (socket, start) => {
        const follow = choice.follow(socket, start);
        return (listener, broadcaster) => {
          const place = paths.get(broadcaster) ?? '';
          const session = new ListeningSession(listener, place, () => beliefOf(listener.info.id));
          const end = this.book.begin(session);
          const onClose = (): void => end(session.closeReason(socket));
          // Before whoever follows it forgets what was found out about it.
          if (socket.closed) onClose();
          else socket.once('close', onClose);
          follow(listener, broadcaster);
        };
      },
    };
  }

  [Symbol.dispose](): void {
    this.book[Symbol.dispose]();
  }
}
