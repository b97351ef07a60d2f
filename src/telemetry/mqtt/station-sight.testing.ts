import { FIGURES, type FigureFacts, type FigureName } from '../../core/figures.ts';
import { UNTREATED } from '../../core/sound-treatment.ts';
import type { SettingChanges, StationControl } from '../../core/station-control.ts';
import type { CameraSight, SourceSight, StationSight } from '../../core/station-sight.ts';
import type { StationChoices } from './station-messages.ts';

const LIVE = { state: 'live', detail: '', error: undefined, sinceUs: 0, restarts: 0 } as const;

/** A station where everything is known: each figure has a value of its own. */
export function sightOf({
  sources = ['mic', 'hall'],
  cameras = ['street'],
  ...more
}: Partial<Omit<StationSight, 'sources' | 'cameras'>> & {
  sources?: readonly string[];
  cameras?: readonly string[];
} = {}): StationSight {
  const subjects = { source: sources, camera: cameras, rung: ['mp3@128'], mount: ['/stream'] };
  const facts = Object.entries(FIGURES) as [FigureName, FigureFacts][];
  const figures = facts.flatMap(([name, { label }], index) => {
    const names = label === undefined ? [''] : subjects[label];
    return names.map((subject, at) => ({ name, subject, value: index + at / 10 }));
  });
  return {
    stationName: 'Nursery',
    version: '0.1.0',
    deviceId: 'b8d1f00d',
    model: 'Raspberry Pi 4 Model B Rev 1.4',
    pageUrl: 'http://192.168.1.20:8001/',
    sources: sources.map(sourceOf),
    cameras: cameras.map(cameraOf),
    mounts: [{ path: '/stream', activeSource: 'mic', title: 'Lullaby', artist: 'Brahms', listeners: 2 }],
    muted: { camera: false, microphone: false },
    listeners: 2,
    viewers: 1,
    figures: [...figures, { name: 'capture_xruns_total', subject: '', value: 3 }],
    ...more,
  };
}

const LEVEL = { rmsDb: [-30], peakDb: [-20], clippedSamples: 0, silent: false, sound: true };

function sourceOf(name: string): SourceSight {
  return { name, type: 'alsa', status: LIVE, level: LEVEL, treatment: UNTREATED, soundDb: -35, builtIn: false };
}

function cameraOf(name: string): CameraSight {
  return { name, type: 'v4l2', status: LIVE, hasSignal: true, viewers: 0 };
}

export const CHOICES: StationChoices = {
  publicAccess: true,
  qualityProfile: 'none',
  qualityProfiles: ['none', 'mobile_data'],
  targetKbps: 128,
  targetKbpsChoices: [0, 64, 128, 256, 320],
  mounts: [{ path: '/stream', source: 'mic' }],
  latest: { version: '0.2.0', url: 'https://example.org/0.2.0' },
};

/** Writes down what it is told to do. */
export class RecordingControl implements StationControl {
  readonly done: string[] = [];
  /** What the next call throws. */
  failure: Error | undefined;

  changeSettings(changes: SettingChanges) {
    this.#note(JSON.stringify(changes));
    return Promise.resolve({ live: Object.keys(changes), restart: [] });
  }

  mute(change: { camera?: boolean; microphone?: boolean }): void {
    this.#note(`mute ${JSON.stringify(change)}`);
  }

  async restartSource(name: string): Promise<void> {
    this.#note(`restart source ${name}`);
  }

  async restartCamera(name: string): Promise<void> {
    this.#note(`restart camera ${name}`);
  }

  identify(): void {
    this.#note('identify');
  }

  async saveClip(mount: string, seconds: number) {
    this.#note(`save ${seconds} s of ${mount}`);
    return { name: 'clip.ogg', seconds };
  }

  setNowPlaying(mount: string, title: string): void {
    this.#note(`${mount} plays ${title}`);
  }

  async reboot(): Promise<void> {
    this.#note('reboot');
  }

  async shutDown(): Promise<void> {
    this.#note('shut down');
  }

  async restartProgram(): Promise<void> {
    this.#note('restart');
  }

  async resetToFactory(): Promise<void> {
    this.#note('reset');
  }

  #note(what: string): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    this.done.push(what);
  }
}
