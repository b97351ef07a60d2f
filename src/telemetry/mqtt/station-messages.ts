import { FIGURES, type FigureFacts, type FigureSample } from '../../core/figures.ts';
import type { StationSight } from '../../core/station-sight.ts';
import type { StationTopics } from './topics.ts';

/** What can be chosen, and what is chosen now. */
export interface StationChoices {
  /** Everybody in the network may listen. */
  readonly publicAccess: boolean;
  readonly qualityProfile: string;
  readonly qualityProfiles: readonly string[];
  readonly targetKbps: number;
  readonly targetKbpsChoices: readonly number[];
  /** What each mount is meant to be fed by. */
  readonly mounts: readonly { readonly path: string; readonly source: string }[];
  /** The newest version there is; undefined: nobody has asked. */
  readonly latest: { readonly version: string; readonly url: string } | undefined;
  /** Updates of the whole system; undefined: it does not update itself so. */
  readonly update?: SystemUpdateChoice | undefined;
}

/** How an update of the whole system goes, and a way to one. */
export interface SystemUpdateChoice {
  readonly isBusy: boolean;
  /** Of what is done at this moment; undefined: nobody knows. */
  readonly percent: number | undefined;
  /** Begins to install the newest version, and starts the machine again. @returns false when nobody says where it is */
  install(): boolean;
}

/** Values by name, as they stand in a message. */
type Body = Record<string, unknown>;

/**
 * What is to be known of the station, as JSON by topic; each source, camera and mount has a topic of its own. Figures have
 * their names in FIGURES, what can be set those of the configuration. What is not known is left out.
 *
 * @param isClipping of a source, lately
 */
export function stationMessages(
  sight: StationSight,
  choices: StationChoices,
  topics: StationTopics,
  isClipping: (source: string) => boolean,
): Map<string, string> {
  const figures = new SortedFigures(sight.figures);
  const bodies = new Map<string, Body>();
  bodies.set(topics.settings, {
    station_name: sight.stationName,
    capture: flag(!sight.muted.microphone),
    cameras: flag(!sight.muted.camera),
    public_access: flag(choices.publicAccess),
    quality_profile: choices.qualityProfile,
    target_bitrate: choices.targetKbps,
  });
  bodies.set(topics.state, figures.ofStation);
  for (const { name, type, status, level, treatment, soundDb, builtIn } of sight.sources) {
    // A mount's last resort says nothing about the house.
    if (builtIn) continue;
    bodies.set(topics.source(name), {
      name,
      type,
      state: status.state,
      ...figures.of('source', name),
      ...(level === undefined ? {} : { clipping: flag(isClipping(name)) }),
      gain_db: treatment.gainDb,
      use_channels: treatment.useChannels,
      high_pass_hz: treatment.highPassHz,
      auto_gain: flag(treatment.autoGain),
      sound_db: soundDb,
    });
  }
  for (const { name, type, status } of sight.cameras) {
    bodies.set(topics.camera(name), {
      name,
      type,
      state: status.state,
      muted: flag(sight.muted.camera),
      ...figures.of('camera', name),
    });
  }
  for (const { path, activeSource, title, artist, listeners } of sight.mounts) {
    bodies.set(topics.mount(path), {
      path,
      source: choices.mounts.find((mount) => mount.path === path)?.source ?? '',
      active_source: activeSource ?? '',
      title,
      artist,
      now_playing: artist === '' ? title : `${artist} - ${title}`,
      listeners,
      ...figures.of('mount', path),
    });
  }
  bodies.set(topics.update, {
    installed_version: sight.version,
    ...(choices.latest === undefined
      ? {}
      : { latest_version: choices.latest.version, release_url: choices.latest.url }),
    ...(choices.update === undefined
      ? {}
      : { in_progress: choices.update.isBusy, update_percentage: choices.update.percent ?? null }),
  });
  return new Map([...bodies].map(([topic, body]) => [topic, JSON.stringify(body)]));
}

/** Figures by what they are told apart by. */
class SortedFigures {
  readonly ofStation: Body = {};
  readonly #bySubject = new Map<string, Body>();

  constructor(samples: readonly FigureSample[]) {
    for (const { name, subject, value } of samples) {
      const label = (FIGURES as Readonly<Record<string, FigureFacts>>)[name]?.label;
      if (label === undefined) this.ofStation[name] = rounded(value);
      else if (label === 'rung') this.#addRung(name, subject, value);
      else this.#body(label, subject)[name] = rounded(value);
    }
  }

  of(label: 'source' | 'camera' | 'mount', subject: string): Body {
    return this.#bySubject.get(`${label} ${subject}`) ?? {};
  }

  #body(label: string, subject: string): Body {
    const key = `${label} ${subject}`;
    const body = this.#bySubject.get(key) ?? {};
    this.#bySubject.set(key, body);
    return body;
  }

  /** Rungs have no topic: `{"listeners_on_rung": {"mp3@128": 2}}`. */
  #addRung(name: string, rung: string, value: number): void {
    const values = (this.ofStation[name] ?? {}) as Record<string, number>;
    values[rung] = rounded(value);
    this.ofStation[name] = values;
  }
}

/** Nobody needs more than four decimals; each costs a byte. */
function rounded(value: number): number {
  return Number.isInteger(value) ? value : Math.round(value * 10_000) / 10_000;
}

function flag(is: boolean): 0 | 1 {
  return is ? 1 : 0;
}
