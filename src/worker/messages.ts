import type { TrackMetadata } from '../core/access-unit.ts';
import type { ErrorReport } from '../core/errors.ts';
import type { LevelReading } from '../core/level-reading.ts';
import type { LogMessage } from '../core/sent-log.ts';
import type { SoundCheckReport } from '../core/sound-check.ts';
import type { SoundTreatment } from '../core/sound-treatment.ts';
import type { EncoderEffort, EncoderSettings, MeterSettings, SourceSettings } from '../core/source-settings.ts';

/** All a worker needs to know; the first command on its link. */
export interface WorkerSettings {
  /** Name of the source, for its log lines. */
  readonly name: string;
  readonly source: SourceSettings;
  readonly encoder: EncoderSettings;
  readonly meter: MeterSettings;
  readonly treatment: SoundTreatment;
}

/** opening: no sound yet; live: sound flows; retrying: it failed and is tried again; ended: it is over. */
export type CaptureState = 'opening' | 'live' | 'retrying' | 'ended';

/** What every worker tells, whatever its media. */
export type CommonMessage =
  | { readonly type: 'state'; readonly state: CaptureState; readonly detail: string; readonly error?: ErrorReport }
  /** Totals since the worker started, by counter name. */
  | { readonly type: 'counters'; readonly counters: Readonly<Record<string, number>> }
  | LogMessage;

/** What a worker for sound tells, besides access units. */
export type WorkerMessage =
  | CommonMessage
  /** A rung starts (again): codec configuration as FFmpeg's extradata, base64; empty where there is none. */
  | { readonly type: 'rung'; readonly rung: string; readonly config: string }
  | { readonly type: 'metadata'; readonly metadata: TrackMetadata }
  /** Whether more bytes of the source client are welcome. */
  | { readonly type: 'input'; readonly isWelcome: boolean }
  | { readonly type: 'level'; readonly level: LevelReading }
  | { readonly type: 'checked'; readonly report: SoundCheckReport };

/** What a worker for sound is told, besides the bytes of a source client. */
export type WorkerCommand =
  | { readonly type: 'open'; readonly settings: WorkerSettings; readonly isMuted: boolean }
  /** The rungs to encode from now on, by name. */
  | { readonly type: 'want'; readonly rungs: readonly string[] }
  /** How much effort to encode with from now on. */
  | { readonly type: 'effort'; readonly effort: EncoderEffort }
  /** How the sound is treated, and what counts as silence and as sound, from now on. */
  | { readonly type: 'treat'; readonly treatment: SoundTreatment; readonly meter: MeterSettings }
  /** Listen for so many seconds to what comes and say what is wrong with it; any check before is given up. */
  | { readonly type: 'check'; readonly seconds: number }
  /** Silence instead of the source, which is closed. */
  | { readonly type: 'mute'; readonly isMuted: boolean }
  /** The source client has ended its stream. */
  | { readonly type: 'input-end' };
