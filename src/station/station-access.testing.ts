import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../config/load-settings.ts';
import type { Settings } from '../config/settings.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import { Admission } from '../outputs/admission.ts';
import { CameraSocket } from '../outputs/camera-socket.ts';
import { FakeCamera } from '../outputs/fake-camera.testing.ts';
import { PictureOutput } from '../outputs/picture-output.ts';
import { FakeSourceMounts } from '../testkit/fake-source-mounts.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import type { StationStats, StationStatus } from '../web/answers.ts';
import { webListener } from '../web/app.ts';
import { StationAccess } from './station-access.ts';
import { StationPorts } from './station-ports.ts';

const LIMITS = { maxListeners: 100, maxListenersPerAddress: 100, exemptNetworks: [] };

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or, where it is text, as it is. */
  readonly body?: unknown;
}

/**
 * The doors of a station on real ports: page, API, pictures and their WebSocket, http and https. What is behind them is
 * made up.
 */
export class AccessStation implements AsyncDisposable {
  readonly dir: string;
  readonly log = new RecordingLog();
  readonly pauses: number[] = [];
  readonly access: StationAccess;
  readonly camera: FakeCamera;
  /** Of the wall clock. Whoever changes it sets the clock; with `pass` time goes by. */
  now = new Date('2026-03-01T12:00:00Z');
  #passedMs = 0;
  port = 0;
  sourcePort = 0;
  /** Where everybody is sent who comes; undefined: nobody. */
  elsewhere: string | undefined;
  settings: Settings;
  readonly #ports: StationPorts;
  readonly #cameraSocket: CameraSocket;
  readonly #isMine: boolean;

  /** @param dir of another one that has stopped, to start again with what it has kept */
  private constructor(config: string, dir: string | undefined) {
    this.#isMine = dir === undefined;
    this.dir = dir ?? mkdtempSync(join(tmpdir(), 'pipit-access-'));
    this.settings = this.#load(config);
    const { log } = this;
    const clock: Clock = {
      nowUs: () => systemClock.nowUs() + this.#passedMs * 1000,
      after: (ms, fn) => systemClock.after(ms, fn),
    };
    const counters = new CounterSet();
    const wallTime = () => this.now;
    const pause = async (ms: number) => this.pauses.push(ms);
    this.access = new StationAccess({ clock, log, counters, wallTime, pause }, () => this.settings);
    const { gate, desk, addressOf } = this.access;
    this.camera = new FakeCamera('garden', Buffer.from('no JPEG'));
    let muted = { camera: false, microphone: false };
    const watching = {
      clock,
      log,
      cameras: new Map([['garden', this.camera]]),
      wallTimeUs: (us: number) => us,
      nextViewerId: () => 1,
      addressOf,
      admission: new Admission(LIMITS),
    };
    this.#cameraSocket = new CameraSocket(watching);
    const web = webListener({
      log,
      status: () => ({ station_name: 'Garden' }) as StationStatus,
      stats: () => ({}) as StationStats,
      access: { gate, pause, desk },
      privacy: {
        gate,
        pause,
        muted: () => muted,
        mute: (change) => {
          muted = { ...muted, ...change };
        },
      },
    });
    this.#ports = new StationPorts(
      {
        clock,
        log,
        counters,
        media: this.access.media(new PictureOutput(watching)),
        web: this.access.web(web),
        socketDoors: [this.access.sockets(this.#cameraSocket)],
        sourceMounts: new FakeSourceMounts(),
        elsewhere: () => this.elsewhere,
      },
      () => this.settings,
    );
  }

  static async start(config = '', dir?: string): Promise<AccessStation> {
    const station = new AccessStation(config, dir);
    await station.access.start();
    const { listenPort, sourcePort = 0 } = await station.#ports.open();
    station.port = listenPort;
    station.sourcePort = sourcePort;
    await station.access.openHttps((socket) => station.#ports.accept(socket));
    station.access.onClosed(() => station.#ports.dropAll());
    return station;
  }

  configure(config: string): void {
    this.settings = this.#load(config);
    this.access.configure();
  }

  get httpsPort(): number | undefined {
    const port = / https on port (\d+)/.exec(` ${this.log.messages('notice').join(' ')}`)?.[1];
    return port === undefined ? undefined : Number(port);
  }

  /** Sends a request, byte for byte what it says, and reads until the connection ends or the answer is whole. */
  async ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<RawAnswer> {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const all: Record<string, string> = { Host: `127.0.0.1:${this.port}`, Connection: 'close', ...headers };
    if (text !== undefined) all['Content-Length'] ??= `${Buffer.byteLength(text)}`;
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    return this.say(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text ?? ''}`);
  }

  /** Sends bytes and reads what comes. */
  async say(text: string, port = this.port): Promise<RawAnswer> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    let answer = '';
    socket.on('data', (data: Buffer) => {
      answer += data.toString('latin1');
      // An upgrade that worked goes on for ever.
      if (answer.startsWith('HTTP/1.1 101')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.write(text);
    await once(socket, 'close');
    const [head = '', ...rest] = answer.split('\r\n\r\n');
    return { status: Number(/^HTTP\/1\.\d (\d{3})/.exec(head)?.[1]), head, body: rest.join('\r\n\r\n') };
  }

  /** Sets the password as the first visit does; returns the cookie. */
  async firstVisit(password = 'correct horse'): Promise<string> {
    return cookieOf(await this.ask('/api/access/password', { method: 'POST', body: { password } }));
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Lets time go by for those who ask what time it is. */
  pass(ms: number): void {
    this.#passedMs += ms;
    this.now = new Date(this.now.getTime() + ms);
  }

  /** Stops; what it has kept stays. */
  async stop(): Promise<string> {
    await this.#cameraSocket[Symbol.asyncDispose]();
    await this.access[Symbol.asyncDispose]();
    await this.#ports[Symbol.asyncDispose]();
    return this.dir;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (this.#isMine) rmSync(this.dir, { recursive: true, force: true });
  }

  #load(config: string): Settings {
    const server = 'server {\n host = "127.0.0.1"\n listen_port = 0\n source_port = 0\n tls_port = 0\n';
    const text = config.includes('server {') ? config.replace('server {', server) : `${server}}\n${config}`;
    const origin = { file: join(this.dir, 'config.hcl'), text: `${text}\ndata_dir = "./data"\n`, env: {} };
    return loadSettings({ ...origin, profileDefault: 'home-server' }).settings;
  }
}

/** `name=value` of an answer's Set-Cookie. */
export function cookieOf({ head }: RawAnswer): string {
  const cookie = /^set-cookie: ([^;\r]+)/im.exec(head)?.[1];
  if (cookie === undefined) throw new Error(`no cookie in: ${head}`);
  return cookie;
}

export function bearer(secret: string): Readonly<Record<string, string>> {
  return { Authorization: `Bearer ${secret}` };
}

export function basic(password: string): Readonly<Record<string, string>> {
  return { Authorization: `Basic ${Buffer.from(`me:${password}`).toString('base64')}` };
}

/** Headers by which a request asks for a WebSocket (RFC 6455, 4.1). */
export const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
