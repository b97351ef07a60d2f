import { join } from 'node:path';
import type { ErrorReport } from '../core/errors.ts';
import { reportOf } from '../core/errors.ts';
import type { MqttSettings } from '../core/mqtt-settings.ts';
import { QUALITY_PROFILES } from '../core/quick-sync-settings.ts';
import { rungsOf } from '../core/rung.ts';
import { brokerAddressOf, nameOfBroker } from '../telemetry/mqtt/broker-address.ts';
import { brokerTrouble } from '../telemetry/mqtt/broker-trouble.ts';
import { connectionOptionsOf } from '../telemetry/mqtt/connection-options.ts';
import { RetainedBook } from '../telemetry/mqtt/retained-book.ts';
import type { StationChoices } from '../telemetry/mqtt/station-messages.ts';
import { tryBroker } from '../telemetry/mqtt/try-broker.ts';
import type { MqttStatus, MqttTest } from '../web/mqtt-schemas.ts';
import type { HouseDeps, HousePart } from './house.ts';
import { MqttSession } from './mqtt-session.ts';

export interface StationMqttDeps extends HouseDeps {
  /** A camera's picture of now, JPEG; undefined: it has none. */
  readonly picture: (camera: string, signal: AbortSignal) => Promise<Buffer | undefined>;
  /** The newest version there is; undefined: nobody has asked. */
  readonly latest?: () => { readonly version: string; readonly url: string } | undefined;
  /** Updates of the whole system; undefined in it: there are none of that kind. */
  readonly update?: { readonly choice: StationChoices['update'] };
}

/** What lies at the broker, below the data directory. */
const BOOK_FILE = 'mqtt-retained.json';
const TEST_LIMIT_MS = 10_000;

/** MQTT and Home Assistant as a part of the house: with no broker named it does nothing and loads nothing. */
export class StationMqtt implements HousePart {
  readonly #deps: StationMqttDeps;
  readonly #book: RetainedBook;
  #session: MqttSession | undefined;
  /** What the session was opened with. */
  #opened: MqttSettings | undefined;
  #work: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(deps: StationMqttDeps) {
    this.#deps = deps;
    this.#book = new RetainedBook({ log: deps.log.room('mqtt') }, join(deps.settings().dataDir, BOOK_FILE));
  }

  start(): Promise<void> {
    return this.#follow();
  }

  configure(): void {
    void this.#follow();
  }

  /** How it is with the broker. */
  status(): MqttStatus {
    const { clock, settings } = this.#deps;
    const session = this.#session;
    if (session === undefined) {
      return { state: 'off', broker: '', seconds: 0, trouble: null, unheard: [], discovery: false, topic: '' };
    }
    const { state, broker, sinceUs, trouble, unheard } = session.status;
    return {
      state: state === 'closed' ? 'off' : state,
      broker,
      seconds: Math.round((clock.nowUs() - sinceUs) / 1e6),
      trouble: trouble ?? null,
      unheard: [...unheard],
      discovery: settings().mqtt.discovery,
      topic: session.topics.base,
    };
  }

  /** Tries a connection with these settings over those that hold. */
  async test(change: MqttTest): Promise<ErrorReport | undefined> {
    const { clock, sight, settings } = this.#deps;
    const { mqtt } = settings();
    const tried: MqttSettings = {
      ...mqtt,
      url: change.url ?? mqtt.url,
      username: change.username ?? mqtt.username,
      password: change.password ?? mqtt.password,
      version: change.version ?? mqtt.version,
      caFile: change.ca_file ?? mqtt.caFile,
      verifyCertificate: change.verify_certificate ?? mqtt.verifyCertificate,
    };
    // Under its own name it would push the connection out that is there.
    const clientId = `${(change.client_id || clientIdOf(mqtt, sight().deviceId)).slice(0, 59)}-test`;
    try {
      const options = await connectionOptionsOf(tried, clientId, undefined);
      return await tryBroker({ clock, open: await loadMqtt() }, options, TEST_LIMIT_MS);
    } catch (error) {
      const trouble = brokerTrouble(error);
      return reportOf(trouble, trouble.code);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    await this.#work;
    await this.#session?.leave();
    await this.#book.settle();
  }

  /** One change after the other. */
  #follow(): Promise<void> {
    this.#work = this.#work
      .then(() => this.#apply())
      .catch((error: Error) =>
        this.#deps.log.error(`MQTT could not be set up: ${error.message}`, { stack: error.stack }),
      );
    return this.#work;
  }

  async #apply(): Promise<void> {
    if (this.#isStopped) return;
    const { mqtt } = this.#deps.settings();
    const before = this.#opened;
    if (this.#session !== undefined && isSame(before, mqtt)) return this.#session.refresh();
    if (this.#session !== undefined) {
      if (before !== undefined && brokerOf(before) !== brokerOf(mqtt)) this.#session.clear();
      await this.#session.leave();
      this.#session = undefined;
    }
    this.#opened = mqtt;
    if (mqtt.url === '') return;
    await this.#book.open(brokerOf(mqtt));
    this.#session = this.#openSession(mqtt);
    this.#session.start();
  }

  #openSession(mqtt: MqttSettings): MqttSession {
    const { log, sight, settings, picture } = this.#deps;
    const clientId = clientIdOf(mqtt, sight().deviceId);
    return new MqttSession(
      {
        ...this.#deps,
        log: log.room('mqtt'),
        book: this.#book,
        load: loadMqtt,
        options: (will) => connectionOptionsOf(mqtt, clientId, will),
        picture,
        choices: () => this.#choices(),
        camerasOf: (source) => camerasOf(settings(), source),
      },
      mqtt,
    );
  }

  #choices(): StationChoices {
    const { settings, latest, update } = this.#deps;
    const { auth, quickSync, mounts } = settings();
    return {
      publicAccess: auth.listeners === 'open',
      qualityProfile: quickSync.profile,
      qualityProfiles: QUALITY_PROFILES,
      targetKbps: quickSync.targetKbps,
      targetKbpsChoices: [0, ...rungsOf('mp3').map(({ bitrateKbps }) => bitrateKbps)],
      mounts,
      latest: latest?.(),
      update: update?.choice,
    };
  }
}

/** The package takes 9 MB. */
async function loadMqtt() {
  return (await import('../telemetry/mqtt/broker-connection.ts')).openBrokerConnection;
}

function clientIdOf({ clientId }: MqttSettings, deviceId: string): string {
  return clientId || `pipit-${deviceId}`;
}

/** Those of its mounts; without any, the first one there is. */
function camerasOf({ mounts, cameras }: ReturnType<HouseDeps['settings']>, source: string): readonly string[] {
  const named = mounts
    .filter((mount) => mount.source === source || mount.fallback.includes(source))
    .flatMap(({ camera }) => (camera === undefined ? [] : [camera]));
  return named.length > 0 ? [...new Set(named)] : cameras.slice(0, 1).map(({ name }) => name);
}

/** `host:port`; empty: none. */
function brokerOf(mqtt: MqttSettings): string {
  try {
    return nameOfBroker(brokerAddressOf(mqtt));
  } catch {
    return '';
  }
}

function isSame(a: MqttSettings | undefined, b: MqttSettings): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
