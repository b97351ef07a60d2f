import type { Settings } from '../config/settings.ts';
import type { FigureSample } from '../core/figures.ts';
import { UNTREATED } from '../core/sound-treatment.ts';
import type { CameraSight, MountSight, SourceSight, StationSight } from '../core/station-sight.ts';
import type { Mount } from '../mount/mount.ts';
import type { Muted } from '../privacy/mute-state.ts';
import type { HostIdentity } from '../telemetry/host-identity.ts';
import type { RunningCamera } from './cameras.ts';
import type { Programme, RunningSource } from './programme.ts';

export interface SightInput {
  readonly version: string;
  readonly settings: Settings;
  readonly programme: Programme;
  readonly cameras: readonly RunningCamera[];
  readonly muted: Muted;
  readonly identity: HostIdentity;
  readonly pageUrl: string;
  readonly figures: readonly FigureSample[];
}

/** The station at this moment, for whoever tells of it. */
export function stationSight(input: SightInput): StationSight {
  const { settings, programme, version, identity, pageUrl, muted, figures } = input;
  const mounts = [...programme.mounts.values()];
  const cameras = input.cameras.map(cameraSight);
  return {
    stationName: settings.metadata.stationName,
    version,
    deviceId: identity.id,
    model: identity.model,
    pageUrl,
    sources: programme.sources.map((source) => sourceSight(source, settings)),
    cameras,
    mounts: mounts.map(mountSight),
    muted,
    listeners: mounts.reduce((sum, { broadcaster }) => sum + broadcaster.listenerCount, 0),
    viewers: cameras.reduce((sum, { viewers }) => sum + viewers, 0),
    figures,
  };
}

function sourceSight({ name, type, feed }: RunningSource, { sources }: Settings): SourceSight {
  // A place for source clients that no block declares is metered as the first source is, and left as it comes.
  const own = sources.find((source) => source.name === name);
  const { meter } = (own ?? sources[0]) as Settings['sources'][number];
  const { treatment, builtIn } = own ?? { treatment: UNTREATED, builtIn: true };
  return { name, type, status: feed.status, level: feed.level, treatment, soundDb: meter.soundDb, builtIn };
}

function cameraSight({ name, type, feed }: RunningCamera): CameraSight {
  return { name, type, status: feed.status, hasSignal: feed.newest !== undefined, viewers: feed.audience.count };
}

function mountSight({ path, activeSource, metadata, broadcaster }: Mount): MountSight {
  const { title = '', artist = '' } = metadata;
  return { path, activeSource, title, artist, listeners: broadcaster.listenerCount };
}
