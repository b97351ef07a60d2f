/** Why a connection came to its end. */
export type CloseReason =
  /** Its own side ended it. */
  | 'left'
  /** Nothing came back any more: out of reach, switched off. */
  | 'lost'
  /** It took nothing for too long. */
  | 'stalled'
  /** Pipit ended it. */
  | 'closed';

/**
 * One connection that listened or watched, from its beginning to its end; what is kept of it. What was not measured is
 * null.
 */
export interface SessionRow {
  /** `[a-z0-9-]+`, unique over all runs. */
  readonly id: string;
  readonly kind: 'listener' | 'viewer';
  /** Path of the mount, or name of the camera. */
  readonly place: string;
  /** Wall clock, milliseconds. */
  readonly startedMs: number;
  readonly endedMs: number;
  /** Without its last part unless history.full_addresses is set: IPv4 `/24`, IPv6 `/48`. */
  readonly address: string;
  /** Its program in a few words; empty where it does not say. */
  readonly agent: string;
  /** `mp3`, `jpeg` … */
  readonly codec: string;
  /** The rung that it heard last, `mp3@128`, or the level that it saw, `jpeg@70`. */
  readonly rungLast: string;
  /** Handed to its connection. */
  readonly bytes: number;
  /** Changes of rung or level. */
  readonly adaptations: number;
  /** Times that its player ran dry, by what had arrived. */
  readonly underruns: number | null;
  readonly stalledSeconds: number | null;
  /** Units, or pictures, that it never got because its connection was not free. */
  readonly skippedUnits: number;
  /** From capture to its connection, the mean over the session. */
  readonly latencyMsMean: number | null;
  readonly bitrateKbpsMean: number;
  /** What its link was last measured to carry. */
  readonly linkKbps: number | null;
  /** `http`, `icy`, `mjpeg`, `websocket` … */
  readonly transport: string;
  readonly closeReason: CloseReason;
}

/** Where sessions that have ended are kept. */
export interface SessionArchive {
  /** Takes them over; never fails and never blocks. Batches have at most 500. */
  addSessions(rows: readonly SessionRow[]): void;
  /**
   * Those that began before that moment (wall clock, milliseconds), the newest first.
   * @throws PipitError while it cannot be asked; `session` does the same
   */
  sessionsBefore(beforeMs: number, limit: number): Promise<readonly SessionRow[]>;
  session(id: string): Promise<SessionRow | undefined>;
}
