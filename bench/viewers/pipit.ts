import { residentKb, type StationProcess, startStation } from '../station-process.ts';
import { childOf, type MachineTime, machineTime, threadSeconds } from './machine.ts';

/** What is said of the station and its only camera. */
export interface PipitSetup {
  /** Keys of the camera, as lines. */
  readonly camera: string;
  /** False: levels are what viewers ask for, whatever link and machine carry. */
  readonly isAdaptive: boolean;
}

/** Pipit at one moment. */
export interface PipitReading {
  readonly mainS: number;
  readonly workerS: number;
  readonly mainKb: number;
  readonly workerKb: number;
  readonly frames: number;
  readonly encodes: number;
  readonly hits: number;
  readonly misses: number;
  readonly skipped: number;
  readonly encodeMs: readonly [p50: number, p95: number];
  /** How many things the box does without. */
  readonly boxStep: number;
  readonly machine: MachineTime;
}

interface StatsAnswer {
  readonly cameras: readonly {
    readonly frames_total: number;
    readonly encode_ms_p50: number;
    readonly encode_ms_p95: number;
  }[];
  readonly box: { readonly step: number };
  readonly counters: Readonly<Record<string, number>>;
}

export function startPipit(dir: string, port: number, { camera, isAdaptive }: PipitSetup): Promise<StationProcess> {
  return startStation(
    dir,
    port,
    `streaming {
  enable_optimizer        = ${isAdaptive}
  target_bitrate          = 40000
  max_viewers             = 2000
  max_viewers_per_address = 0
}
camera "bench" {
  fps = 25
  ${camera}
}
source "quiet" {
  type = "test"
}
mount "/stream" {
  source = "quiet"
}`,
  );
}

/** @throws when the camera's worker does not run: somebody has to be watching */
export async function readPipit({ pid, port }: StationProcess): Promise<PipitReading> {
  const worker = childOf(pid, 'camera-main');
  if (worker === undefined) throw new Error('the worker of the camera does not run');
  const processes = {
    mainS: threadSeconds(pid),
    workerS: threadSeconds(worker),
    mainKb: residentKb(pid),
    workerKb: residentKb(worker),
    machine: machineTime(),
  };
  const answer = await fetch(`http://127.0.0.1:${port}/api/stats`);
  const { cameras, box, counters } = (await answer.json()) as StatsAnswer;
  const [camera] = cameras;
  return {
    ...processes,
    frames: camera?.frames_total ?? 0,
    encodes: counters['pictures_encoded_total'] ?? 0,
    hits: counters['frame_cache_hits_total'] ?? 0,
    misses: counters['frame_cache_misses_total'] ?? 0,
    skipped: counters['viewer_skipped_frames_total'] ?? 0,
    encodeMs: [camera?.encode_ms_p50 ?? 0, camera?.encode_ms_p95 ?? 0],
    boxStep: box.step,
  };
}
