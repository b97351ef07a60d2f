import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type MqttClient } from 'mqtt';
import { until } from '../../testkit/until.ts';

export interface BrokerOptions {
  /** Who may connect; everybody when left out. */
  readonly user?: { readonly name: string; readonly password: string };
  /** With a certificate for localhost that it made itself. */
  readonly isSecure?: boolean;
  /** More lines of its configuration. */
  readonly lines?: readonly string[];
}

/** A real mosquitto that keeps nothing on the disk. */
export class Broker implements AsyncDisposable {
  readonly port: number;
  readonly dir: string;
  #child: ChildProcess | undefined;

  private constructor(port: number, dir: string) {
    this.port = port;
    this.dir = dir;
  }

  static async start({ user, isSecure = false, lines = [] }: BrokerOptions = {}): Promise<Broker> {
    const dir = mkdtempSync(join(tmpdir(), 'pipit-broker-'));
    const broker = new Broker(await freePort(), dir);
    const config = [`listener ${broker.port} 127.0.0.1`, 'persistence false', 'user root', ...lines];
    if (user === undefined) config.push('allow_anonymous true');
    else {
      writeFileSync(join(dir, 'passwords'), '');
      execFileSync('mosquitto_passwd', ['-b', join(dir, 'passwords'), user.name, user.password], { stdio: 'ignore' });
      config.push('allow_anonymous false', `password_file ${join(dir, 'passwords')}`);
    }
    if (isSecure) {
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
      const files = ['-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')];
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
      execFileSync('openssl', ['req', '-x509', ...key, '-days', '2', ...files, ...subject], { stdio: 'ignore' });
      config.push(`certfile ${join(dir, 'cert.pem')}`, `keyfile ${join(dir, 'key.pem')}`);
    }
    writeFileSync(join(dir, 'mosquitto.conf'), `${config.join('\n')}\n`);
    await broker.startAgain();
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#child?.pid as number;
  }

  /** At the same port; it remembers nothing. */
  async startAgain(): Promise<void> {
    const child = spawn('mosquitto', ['-v', '-c', join(this.dir, 'mosquitto.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.on('data', (data: Buffer) => {
      output = (output + data).slice(-20_000);
    });
    this.#child = child;
    await until('mosquitto runs', () => / running\b/.test(output) || child.exitCode !== null);
    if (child.exitCode !== null) throw new Error(`mosquitto ended: ${output}`);
  }

  /** As when its plug is pulled. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await new Promise((done) => child.once('exit', done));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Somebody else at the broker. */
export class Onlooker implements AsyncDisposable {
  readonly #client: MqttClient;
  /** The newest of each topic. */
  readonly latest = new Map<string, Buffer>();
  /** Topics in the order in which they came, and what came. */
  readonly order: string[] = [];
  readonly payloads: Buffer[] = [];
  /** Those that came because they were retained. */
  readonly retained = new Set<string>();

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on('message', (topic, payload, { retain }) => {
      this.latest.set(topic, payload);
      this.order.push(topic);
      this.payloads.push(payload);
      if (retain) this.retained.add(topic);
    });
  }

  static async start(url: string, filter = '#'): Promise<Onlooker> {
    const client = connect(url, { reconnectPeriod: 50, protocolVersion: 4 });
    const onlooker = new Onlooker(client);
    await new Promise((done) => client.once('connect', done));
    await client.subscribeAsync(filter);
    return onlooker;
  }

  text(topic: string): string | undefined {
    return this.latest.get(topic)?.toString();
  }

  json(topic: string): Record<string, unknown> {
    return JSON.parse(this.text(topic) ?? '{}') as Record<string, unknown>;
  }

  /** All that came, the oldest first. */
  texts(topic: string): string[] {
    return this.payloads.filter((_, index) => this.order[index] === topic).map(String);
  }

  count(topic: string): number {
    return this.order.filter((each) => each === topic).length;
  }

  async say(topic: string, payload: string | Buffer, retain = false): Promise<void> {
    await this.#client.publishAsync(topic, payload, { retain, qos: 1 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}
