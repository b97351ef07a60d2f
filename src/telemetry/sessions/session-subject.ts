import type { SessionRow } from '../../core/session.ts';

/** A connection as its session sees it. Its figures are of now; they must still be there when it has just ended. */
export interface SessionSubject {
  readonly kind: SessionRow['kind'];
  /** Path of the mount, or name of the camera. */
  readonly place: string;
  readonly address: string;
  readonly userAgent: string;
  readonly transport: string;
  readonly codec: string;
  /** `mp3@128`, `jpeg@70` */
  readonly rung: string;
  /** Handed to its connection. */
  readonly bytes: number;
  /** Duration of the sound in them; undefined for pictures. */
  readonly mediaSeconds: number | undefined;
  readonly adaptations: number;
  /** Units, or pictures, that it never got because its connection was not free. */
  readonly skippedUnits: number;
  /** Undefined where nothing is found out. */
  readonly findings: SessionFindings | undefined;
  /** Age of the newest that has reached it, or its connection at least, microseconds; undefined while nothing flows. */
  latencyUs(nowUs: number): number | undefined;
}

/** What was found out about a connection by what arrived. */
export interface SessionFindings {
  /** Times that its player ran dry, and for how long in all. */
  readonly underruns: number;
  readonly stalledSeconds: number;
  /** What its link carries, or has shown to carry at least. */
  readonly linkKbps: number | undefined;
}
