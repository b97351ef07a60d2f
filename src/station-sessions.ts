import { describeAgent } from './access/device-agent.ts';
import type { Broadcaster } from './broadcast/broadcaster.ts';
import type { Viewer } from './frames/viewer.ts';
import { ListeningSession } from './listening-session.ts';
import type { QualityChoice } from './outputs/quality-choice.ts';
import type { ListenerBelief } from './quality/listener-sight.ts';
import { SessionBook, type SessionBookDeps, type SessionBookOptions } from './telemetry/sessions/session-book.ts';
import { WatchingSession } from './watching-session.ts';

/** The book of sessions of this station. */
export function sessionBook(
  deps: Omit<SessionBookDeps, 'describeAgent'>,
  options: () => SessionBookOptions,
): SessionBook {
  return new SessionBook({ ...deps, describeAgent }, options);
}

export interface SessionHooks {
  readonly book: SessionBook;
  /** Path of the mount that is sent by it. */
  readonly pathOf: (broadcaster: Broadcaster) => string;
  /** What is believed of a listener, by its number. */
  readonly beliefOf: (id: number) => ListenerBelief | undefined;
}

/** A choice of quality whose listeners are written into the book, from their first bytes until their socket closes. */
export function withSessions(choice: QualityChoice, { book, pathOf, beliefOf }: SessionHooks): QualityChoice {
  return {
    startOf: (listener) => choice.startOf(listener),
    follow(socket, start) {
      const follow = choice.follow(socket, start);
      return (listener, broadcaster) => {
        const session = new ListeningSession(listener, pathOf(broadcaster), () => beliefOf(listener.info.id));
        const end = book.begin(session);
        const onClose = (): void => end(session.closeReason(socket));
        // Before whoever follows it forgets what was found out about it.
        if (socket.closed) onClose();
        else socket.once('close', onClose);
        follow(listener, broadcaster);
      };
    },
  };
}

/** Writes the viewers of a camera into the book; its answer is called when one has gone. */
export function viewerSessions(book: SessionBook): (camera: string, viewer: Viewer) => () => void {
  return (camera, viewer) => {
    const session = new WatchingSession(viewer, camera);
    const end = book.begin(session);
    return () => end(session.closeReason);
  };
}
