import type { MqttSettings } from '../core/mqtt-settings.ts';
import { Announcer } from '../telemetry/home-assistant/announcer.ts';
import { discoveryOf } from '../telemetry/home-assistant/discovery.ts';
import { BrokerLink, type BrokerLinkStatus } from '../telemetry/mqtt/broker-link.ts';
import { CommandDesk } from '../telemetry/mqtt/command-desk.ts';
import type { BrokerConnectionOptions, OpenBroker } from '../telemetry/mqtt/connection.ts';
import { PicturePublisher } from '../telemetry/mqtt/picture-publisher.ts';
import type { RetainedBook } from '../telemetry/mqtt/retained-book.ts';
import type { StationChoices } from '../telemetry/mqtt/station-messages.ts';
import { StationPublisher } from '../telemetry/mqtt/station-publisher.ts';
import { StationTopics } from '../telemetry/mqtt/topics.ts';
import type { HouseDeps } from './house.ts';

export interface MqttSessionDeps extends Omit<HouseDeps, 'settings'> {
  readonly book: RetainedBook;
  readonly load: () => Promise<OpenBroker>;
  readonly options: (will: BrokerConnectionOptions['will']) => Promise<BrokerConnectionOptions>;
  readonly choices: () => StationChoices;
  readonly picture: (camera: string, signal: AbortSignal) => Promise<Buffer | undefined>;
  readonly camerasOf: (source: string) => readonly string[];
}

const ONLINE = 'online';
const OFFLINE = 'offline';

/** All that goes on with one broker under one configuration. */
export class MqttSession {
  readonly topics: StationTopics;
  readonly #deps: MqttSessionDeps;
  readonly #link: BrokerLink;
  readonly #publisher: StationPublisher;
  readonly #announcer: Announcer;
  readonly #pictures: PicturePublisher | undefined;
  readonly #desk: CommandDesk;
  #isLost = false;
  #isCleared = false;

  constructor(deps: MqttSessionDeps, settings: MqttSettings) {
    const { clock, log, random, counters, book, events, sight, choices } = deps;
    this.#deps = deps;
    const topics = new StationTopics(settings, sight().deviceId);
    this.topics = topics;
    const { availability, homeAssistantStatus } = topics;
    const link = new BrokerLink(
      { clock, log, random, counters, load: deps.load },
      {
        prepare: () => deps.options({ topic: availability, payload: OFFLINE }),
        filters: [...topics.commandFilters, ...(settings.discovery ? [homeAssistantStatus] : [])],
        birth: { topic: availability, payload: ONLINE },
      },
      {
        onUp: () => this.#onUp(),
        onDown: () => this.#onDown(),
        onMessage: (topic, payload, isRetained) => this.#onMessage(topic, payload, isRetained),
        afterMessage: (done) => this.#desk.afterMessage(done),
        onSkipped: (sizeBytes) => this.#desk.tooLong(sizeBytes),
      },
    );
    this.#link = link;
    this.#publisher = new StationPublisher({ clock, outlet: link, topics, book, events, sight, choices }, settings);
    const hasPictures = settings.cameraIntervalMs > 0;
    const announced = { commands: settings.commands, pictures: hasPictures };
    this.#announcer = new Announcer(
      {
        clock,
        random,
        outlet: link,
        book,
        discovery: () => (settings.discovery ? discoveryOf(sight(), choices(), topics, announced) : undefined),
        tellAgain: () => this.#tellAgain(),
      },
      topics.discovery,
    );
    if (hasPictures) {
      const seen = {
        cameras: () => sight().cameras.map(({ name }) => name),
        isMuted: () => sight().muted.camera,
      };
      this.#pictures = new PicturePublisher(
        {
          clock,
          log,
          counters,
          outlet: link,
          topics,
          events,
          picture: deps.picture,
          camerasOf: deps.camerasOf,
          ...seen,
        },
        { intervalMs: settings.cameraIntervalMs },
      );
    }
    const answer = (result: object): void => link.tell(topics.result, JSON.stringify(result));
    this.#desk = new CommandDesk(
      {
        clock,
        log,
        counters,
        control: deps.control,
        sight,
        choices,
        answer: (result) => this.#answered(result, answer),
      },
      { isOpen: settings.commands },
    );
  }

  get status(): BrokerLinkStatus {
    return this.#link.status;
  }

  start(): void {
    this.#link.start();
    this.#publisher.start();
    this.#pictures?.start();
  }

  /** Something else of the configuration may have changed: the station's name, for instance. */
  refresh(): void {
    if (!this.#link.isUp) return;
    this.#announcer.announce();
    this.#publisher.look();
  }

  /** Takes everything away from the broker that is retained there: it will be told nothing any more. */
  clear(): void {
    const { book } = this.#deps;
    this.#isCleared = true;
    if (!this.#link.isUp) return;
    if (book.announced !== undefined) this.#link.tell(book.announced.topic, '', { retain: true });
    for (const topic of book.topics) this.#link.tell(topic, '', { retain: true });
  }

  /** Says goodbye, and ends. */
  async leave(): Promise<void> {
    this.#publisher.stop();
    this.#announcer.stop();
    this.#desk.stop();
    const pictures = this.#pictures?.stop();
    await this.#link.close(this.#isCleared ? undefined : { topic: this.topics.availability, payload: OFFLINE });
    await pictures;
  }

  #onUp(): void {
    const { events } = this.#deps;
    this.#announcer.announce();
    this.#publisher.tidy();
    this.#publisher.publish();
    this.#pictures?.takeAll();
    if (this.#isLost) events.emit('broker_back', '', this.#link.status.broker);
    this.#isLost = false;
  }

  #onDown(): void {
    this.#isLost = true;
    this.#deps.events.emit('broker_lost', '', this.#link.status.broker);
  }

  #onMessage(topic: string, payload: Buffer, isRetained: boolean): void {
    if (topic === this.topics.homeAssistantStatus) {
      return this.#announcer.onStatus(payload.subarray(0, 16).toString(), isRetained);
    }
    const command = this.topics.commandOf(topic);
    if (command !== undefined) this.#desk.take(command, payload, isRetained);
  }

  /** What was done shows at once. */
  #answered(result: { readonly ok: boolean }, answer: (result: object) => void): void {
    answer(result);
    if (result.ok) this.#publisher.look();
  }

  #tellAgain(): void {
    if (!this.#link.isUp) return;
    this.#publisher.publish();
    this.#announcer.announce();
    this.#link.resend();
  }
}
