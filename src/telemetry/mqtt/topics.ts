import { createHash } from 'node:crypto';

/**
 * A name as one level of a topic, and as part of Home Assistant's ids: letters, digits, `_` and `-`. Names that need
 * changing get something of their own at the end, so that no two become the same.
 */
export function topicName(name: string): string {
  const plain = name.replace(/^\/+/, '').replace(/[^A-Za-z0-9_-]/g, '_');
  const kept = plain.slice(0, 48);
  if (kept === name || (`/${kept}` === name && kept !== '')) return kept;
  return `${kept}-${createHash('sha256').update(name).digest('hex').slice(0, 6)}`;
}

/** Where one station tells and is told. */
export class StationTopics {
  /** `PREFIX/DEVICE` */
  readonly base: string;
  readonly #discoveryPrefix: string;
  readonly #deviceId: string;

  constructor(settings: { readonly topicPrefix: string; readonly discoveryPrefix: string }, deviceId: string) {
    this.base = `${settings.topicPrefix}/${deviceId}`;
    this.#discoveryPrefix = settings.discoveryPrefix;
    this.#deviceId = deviceId;
  }

  /** `online` or `offline`. */
  get availability(): string {
    return `${this.base}/availability`;
  }

  /** Figures of the station as a whole. */
  get state(): string {
    return `${this.base}/state`;
  }

  /** What can be set. */
  get settings(): string {
    return `${this.base}/settings`;
  }

  /** Installed and latest version. */
  get update(): string {
    return `${this.base}/update`;
  }

  get event(): string {
    return `${this.base}/event`;
  }

  /** What has become of a command. */
  get result(): string {
    return `${this.base}/result`;
  }

  source(name: string): string {
    return `${this.base}/source/${topicName(name)}/state`;
  }

  camera(name: string): string {
    return `${this.base}/camera/${topicName(name)}/state`;
  }

  mount(path: string): string {
    return `${this.base}/mount/${topicName(path)}/state`;
  }

  /** JPEG. */
  picture(camera: string): string {
    return `${this.base}/camera/${topicName(camera)}/picture`;
  }

  /** JPEG: what it saw when something was last heard. */
  soundPicture(camera: string): string {
    return `${this.base}/camera/${topicName(camera)}/sound_picture`;
  }

  /** Where a command comes in: `source/mic/gain_db`. */
  command(path: string): string {
    return `${this.base}/${path}/set`;
  }

  /** The command that a topic is for; undefined: none. */
  commandOf(topic: string): string | undefined {
    const isOne = topic.startsWith(`${this.base}/`) && topic.endsWith('/set');
    return isOne ? topic.slice(this.base.length + 1, -'/set'.length) : undefined;
  }

  get commandFilters(): readonly string[] {
    const things = ['source', 'camera', 'mount'].map((thing) => `${this.base}/${thing}/+/+/set`);
    return [`${this.base}/+/set`, ...things];
  }

  /** Where Home Assistant finds the device. */
  get discovery(): string {
    return `${this.#discoveryPrefix}/device/pipit_${this.#deviceId}/config`;
  }

  /** Where Home Assistant says that it has come. */
  get homeAssistantStatus(): string {
    return `${this.#discoveryPrefix}/status`;
  }
}
