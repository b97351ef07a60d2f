import { fileURLToPath } from 'node:url';
import type { NamedCamera, Settings } from '../config/settings.ts';
import type { CameraType } from '../core/camera-settings.ts';
import type { Clock } from '../core/clock.ts';
import type { CounterSet } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { PictureEncoder } from '../core/picture.ts';
import { Audience, type AudienceOptions } from '../frames/audience.ts';
import { CameraFeed } from '../frames/camera-feed.ts';
import { FrameCache, type FrameCacheOptions } from '../frames/frame-cache.ts';
import type { Viewer } from '../frames/viewer.ts';
import { CameraWorker } from '../worker/camera-worker.ts';

export interface CamerasDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  readonly random: () => number;
  /** CLOCK_MONOTONIC to the wall clock. */
  readonly wallTime: (us: number) => Date;
  /** Somebody watches the camera of that name; the function that is returned is called when they have gone. */
  readonly onViewer?: (camera: string, viewer: Viewer) => () => void;
}

/** A camera with what runs it, for reports. */
export interface RunningCamera {
  readonly name: string;
  readonly type: CameraType;
  readonly feed: CameraFeed;
}

/** The worker's program stands beside this one, as TypeScript in a checkout and as JavaScript in a package. */
const WORKER_FILE = fileURLToPath(
  new URL(`../worker/camera-main${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url),
);
/** Pictures are in native memory and in buffers; the JavaScript heap stays small. */
export const CAMERA_PROGRAM = ['--max-semi-space-size=1', '--max-old-space-size=96', WORKER_FILE];

/**
 * The cameras of a station, in the order of the configuration.
 * @param present the settings as they are now: some change while the station runs
 */
export function buildCameras(deps: CamerasDeps, settings: Settings, present: () => Settings): RunningCamera[] {
  return settings.cameras.map((camera) => {
    const { name, source } = camera;
    return { name, type: source.type, feed: buildFeed(deps, camera, present) };
  });
}

/** Good enough to see who it is, and short enough to send often. */
const PICTURE_LEVEL = 70;

/** Takes changed settings over. */
export function configureCamera({ feed }: RunningCamera, settings: Settings): void {
  feed.cache.configure(cacheOptions(settings));
  feed.audience.configure(audienceOptions(settings));
}

/** A camera's picture of now, JPEG; undefined: it has none. */
export async function pictureOf(
  cameras: readonly RunningCamera[],
  name: string,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const camera = cameras.find((each) => each.name === name);
  const still = await camera?.feed.still({ level: PICTURE_LEVEL, width: 0, format: 'jpeg' }, signal);
  return still?.isLive === true ? still.data : undefined;
}

function buildFeed(deps: CamerasDeps, camera: NamedCamera, present: () => Settings): CameraFeed {
  const { clock, log, counters, random, wallTime, onViewer } = deps;
  const { name, source, treatment, fps, idleCloseMs, keepOpen } = camera;
  const runner = new CameraWorker(
    { clock, log: log.room(name), counters, random },
    {
      settings: { name, source, treatment },
      sourceTimeoutMs: () => present().advanced.sourceTimeoutMs,
      program: CAMERA_PROGRAM,
      topLevel: () => present().streaming.qualityLevels[0] ?? 100,
    },
    {
      onFrame: (frame) => feed.onFrame(frame),
      onVideoUnit: (unit) => feed.onVideoUnit(unit),
      onStatus: () => feed.onStatus(),
    },
  );
  const encoder: PictureEncoder = {
    async encode(frame, wish) {
      const picture = await runner.encode(frame, wish);
      // Who mutes the camera means the picture that is being made as well.
      return feed.isMuted ? undefined : picture;
    },
  };
  const cache = new FrameCache({ encoder, counters }, cacheOptions(present()));
  const audience = new Audience(
    {
      clock,
      cache,
      counters,
      onOccupied: () => feed.onOccupied(),
      onEmpty: () => feed.onEmpty(),
      onWantedFps: () => feed.onWantedFps(),
      ...(onViewer === undefined ? {} : { onJoin: (viewer: Viewer) => onViewer(name, viewer) }),
    },
    audienceOptions(present()),
  );
  const feed = new CameraFeed({ clock, runner, cache, audience, wallTime }, { name, fps, idleCloseMs, keepOpen });
  return feed;
}

function cacheOptions({ streaming }: Settings): FrameCacheOptions {
  const { qualityLevels, minQuality, cacheFrames, cacheBytes } = streaming;
  return { levels: [...new Set([...qualityLevels, minQuality])], maxFrames: cacheFrames, maxBytes: cacheBytes };
}

function audienceOptions({ streaming, broadcaster }: Settings): AudienceOptions {
  const { enableOptimizer, adaptiveQuality, qualityLevels, minQuality, maxQuality, targetKbps } = streaming;
  return {
    isAdaptive: enableOptimizer && adaptiveQuality,
    levels: qualityLevels,
    minQuality,
    maxQuality,
    targetKbps,
    stallTimeoutMs: broadcaster.stallTimeoutMs,
  };
}
