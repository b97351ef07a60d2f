import type { FigureSample } from './figures.ts';
import type { LevelReading } from './level-reading.ts';
import type { SoundTreatment } from './sound-treatment.ts';
import type { SourceStatus } from './source-status.ts';

/** The station at one moment, as MQTT, GPIO, history and the live socket see it. No secrets. */
export interface StationSight {
  readonly stationName: string;
  readonly version: string;
  /** `[a-z0-9]+`: the same after the card was written anew, from the board's serial number where it has one. */
  readonly deviceId: string;
  /** `Raspberry Pi 4 Model B Rev 1.4`; empty where the machine does not say. */
  readonly model: string;
  /** Where the page is, as others on the LAN reach it: `http://192.168.1.20:8001/`. */
  readonly pageUrl: string;
  readonly sources: readonly SourceSight[];
  readonly cameras: readonly CameraSight[];
  readonly mounts: readonly MountSight[];
  readonly muted: { readonly camera: boolean; readonly microphone: boolean };
  readonly listeners: number;
  readonly viewers: number;
  /** All that is known, in the order of FIGURES; then the counters. */
  readonly figures: readonly FigureSample[];
}

export interface SourceSight {
  readonly name: string;
  readonly type: string;
  readonly status: SourceStatus;
  /** The last reading of the meter; undefined while there is no sound. */
  readonly level: LevelReading | undefined;
  readonly treatment: SoundTreatment;
  /** RMS above which it counts as sound, dBFS. */
  readonly soundDb: number;
  /** Declared by nobody: a mount's last resort. */
  readonly builtIn: boolean;
}

export interface CameraSight {
  readonly name: string;
  readonly type: string;
  readonly status: SourceStatus;
  readonly hasSignal: boolean;
  readonly viewers: number;
}

export interface MountSight {
  readonly path: string;
  /** Undefined while none is heard. */
  readonly activeSource: string | undefined;
  readonly title: string;
  readonly artist: string;
  readonly listeners: number;
}
