// deadline: 120 s
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Program } from '../testkit/program.ts';
import { SlowLink } from '../testkit/slow-link.ts';
import { until } from '../testkit/until.ts';

const test = suite('quick-sync');
/** The machine that runs tests is busy: that must not be taken for a reason to save. */
const CONFIG = `quick_sync {
  high_load_cpu     = 100
  moderate_load_cpu = 100
}
source "noise" {
  type = "file"
  path = "noise.wav"
}
mount "/stream" {
  source   = "noise"
  fallback = []
}`;
const API = '/api/audio/quick-sync';
const DEVICE = 's3cret-radio.1';

const dir = mkdtempSync(join(tmpdir(), 'pipit-quick-sync-'));
let program: Program;

function start(dataDir = join(dir, 'data'), host?: string): Promise<Program> {
  return Program.start(`data_dir = "${dataDir}"\n${CONFIG}`, { 'noise.wav': noiseWav(5) }, host);
}

/** Noise at full scale, one channel at 48 kHz: what takes encoders all the bits that they may use. */
function noiseWav(seconds: number): Uint8Array {
  const samples = randomBytes(seconds * 48_000 * 2);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(48_000, 24);
  header.writeUInt32LE(96_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}

test.before(async () => {
  program = await start(undefined, '::');
  await program.statusWhere('the source is live', (status) => status.source_connected);
  // What the machine has to do is known after a moment only.
  const endMs = performance.now() + 20_000;
  while (fieldsOf(await ask('status/')).includes('status.system.cpu_percent: object') && performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});
test.after(async () => {
  await program[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

type Json = Record<string, unknown>;

async function ask(path: string, init?: RequestInit): Promise<Json> {
  const answer = await fetch(program.url(`${API}/${path}`), init);
  assert.is(answer.status, 200, path);
  return (await answer.json()) as Json;
}

function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: 'POST', body: JSON.stringify(body), headers };
}

/** Paths of all fields, with their types. */
function fieldsOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${path}: ${typeof value}`];
  return Object.entries(value).flatMap(([name, inner]) => fieldsOf(inner, path === '' ? name : `${path}.${name}`));
}

/** A bare connection with what it has received. */
class Client implements Disposable {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];

  constructor(port: number, request: string, options: { localAddress?: string; host?: string } = {}) {
    this.socket = connect({ port, host: '127.0.0.1', ...options });
    this.socket.on('error', () => {});
    this.socket.on('data', (data: Buffer) => this.#chunks.push(data));
    this.socket.write(request);
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** When it has come whole. */
  async head(): Promise<string> {
    await until('an answer begins', () => this.bytes.includes('\r\n\r\n'), 20_000);
    return this.bytes.subarray(0, this.bytes.indexOf('\r\n\r\n')).toString('latin1');
  }

  /** When the connection has ended. */
  async text(): Promise<string> {
    await until('the answer is whole', () => this.socket.closed, 30_000);
    return this.bytes.toString('latin1');
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

/** The bitrate that a stream is said to begin with. */
async function bitrateOf(path: string, headers: readonly string[] = [], method = 'GET'): Promise<number> {
  using client = new Client(
    program.port,
    `${method} ${path} HTTP/1.0\r\n${headers.map((h) => `${h}\r\n`).join('')}\r\n`,
  );
  return Number(/icy-br: (\d+)/.exec(await client.head())?.[1]);
}

function testRequest(query = ''): string {
  return `POST ${API}/test/${query} HTTP/1.0\r\nHost: pipit\r\nContent-Length: 0\r\n\r\n`;
}

const STATUS = [
  'status.network.speed_mbps: number',
  'status.network.status: string',
  'status.system.cpu_percent: number',
  'status.system.memory_percent: number',
  'status.system.memory_available_mb: number',
  'status.system.status: string',
  'status.quality.level: string',
  'status.quality.bitrate: number',
  'status.quality.description: string',
  'status.quality.auto_selected: boolean',
  'status.buffer.buffer_size: number',
  'status.buffer.preload: string',
  'status.buffer.max_buffer_size: number',
  'status.buffer.rebuffer_threshold: number',
  'status.timestamp: string',
];
const PREFERENCES = [
  'preferences.mode: string',
  'preferences.prefer_quality: boolean',
  'preferences.adapt_to_system: boolean',
  'preferences.auto_download_quality: boolean',
];

test('status and preferences have exactly their fields, with and without the slash at the end', async () => {
  for (const path of ['status', 'status/', 'preferences', 'preferences/']) {
    assert.equal(fieldsOf(await ask(path)), [...STATUS, ...PREFERENCES], path);
  }
  for (const path of ['preferences', 'preferences/']) {
    const answer = await ask(path, post({ adapt_to_system: false }, { 'X-Device-Id': 'fields' }));
    assert.equal(fieldsOf(answer), ['message: string', ...STATUS, ...PREFERENCES], path);
  }
  const wrong = await fetch(program.url(`${API}/preferences/`), post({ mode: 'best' }));
  assert.is(wrong.status, 422);
  assert.is(((await wrong.json()) as Json)['field'], 'mode');
});

test('presets and thresholds are those of the field', async () => {
  for (const path of ['presets', 'presets/']) {
    const { presets, thresholds, ...rest } = await ask(path);
    assert.equal(rest, {});
    assert.equal(thresholds, { ultra: 5, high: 2, medium: 1, low: 0.5 });
    const plain = Object.entries(presets as Record<string, Json>).map(([name, preset]) => {
      assert.type(preset['description'], 'string');
      return [name, preset['bitrate'], preset['buffer_size'], preset['preload']];
    });
    assert.equal(plain, [
      ['low', 64, 5, 'metadata'],
      ['medium', 128, 10, 'auto'],
      ['high', 256, 15, 'auto'],
      ['ultra', 320, 20, 'auto'],
      ['auto', 0, 0, 'auto'],
    ]);
  }
});

test('a stream is what its device wishes for, known by header or cookie, and what it asks for itself before that', async () => {
  await ask('preferences/', post({ mode: 'low' }, { 'X-Device-Id': DEVICE }));
  const header = [`X-Device-Id: ${DEVICE}`];
  assert.is(await bitrateOf('/stream', header), 64);
  assert.is(await bitrateOf('/stream', header, 'HEAD'), 64);
  assert.is(await bitrateOf('/stream.aac', header), 64);
  assert.is(await bitrateOf('/stream?quality=ultra', header), 320);
  const marked = await fetch(program.url(`${API}/preferences/`), post({ mode: 'high' }));
  const cookie = [`Cookie: theme=dark; ${(marked.headers.get('set-cookie') ?? '').split(';')[0]}`];
  assert.is(await bitrateOf('/stream', cookie), 256);
  assert.is(await bitrateOf('/stream?quality=low', cookie), 64);
  assert.is(await bitrateOf('/stream', ['X-Device-Id: no such id!']), await bitrateOf('/stream'));
  assert.is(await bitrateOf('/stream?quality=auto', header, 'HEAD'), await bitrateOf('/stream', [], 'HEAD'));
});

test('what a device wishes for outlives a restart and a kill', async () => {
  const data = join(dir, 'kept');
  const headers = { 'X-Device-Id': DEVICE };
  const modeOf = async (one: Program): Promise<string> => {
    const answer = await fetch(one.url(`${API}/status/`), { headers });
    return ((await answer.json()) as { preferences: { mode: string } }).preferences.mode;
  };
  const set = (one: Program, mode: string) => fetch(one.url(`${API}/preferences/`), post({ mode }, headers));
  const first = await start(data);
  assert.is(await modeOf(first), 'auto');
  await set(first, 'low');
  await first[Symbol.asyncDispose]();

  const second = await start(data);
  assert.is(await modeOf(second), 'low');
  assert.is((await set(second, 'ultra')).status, 200);
  second.child.kill('SIGKILL');
  await once(second.child, 'exit');
  await second[Symbol.asyncDispose]();

  await using third = await start(data);
  assert.is(await modeOf(third), 'ultra');
});

test('a database that cannot be had keeps nobody from listening', async () => {
  const data = join(dir, 'broken');
  mkdirSync(join(data, 'pipit.db'), { recursive: true });
  const damaged = join(dir, 'damaged');
  mkdirSync(damaged);
  writeFileSync(join(damaged, 'pipit.db'), 'no database at all '.repeat(1000));
  for (const [where, error] of [
    [data, /a restart forgets/],
    [damaged, /saved/],
  ] as const) {
    await using broken = await start(where);
    const answer = await fetch(broken.url(`${API}/preferences/`), post({ mode: 'low' }, { 'X-Device-Id': DEVICE }));
    assert.is(answer.status, 200);
    assert.match(`${((await answer.json()) as Json)['message']}`, error);
    using listener = new Client(broken.port, `GET /stream HTTP/1.0\r\nX-Device-Id: ${DEVICE}\r\n\r\n`);
    assert.match(await listener.head(), /icy-br: 64/);
    assert.match(broken.output, /pipit\.db/);
  }
});

test('a test measures, is remembered, and measures again when it is told to', async () => {
  const curl = (query = '', address = '127.0.0.1') => {
    const url = `http://${address}:${program.port}${API}/test/${query}`;
    const { stdout } = spawnSync('curl', ['-s', '-g', '--max-time', '20', '-X', 'POST', url], { encoding: 'utf8' });
    const answer = JSON.parse(stdout) as Json;
    assert.equal(fieldsOf(answer), [
      'network_speed_mbps: number',
      'system_resources.cpu_percent: number',
      'system_resources.memory_percent: number',
      'recommended_quality: string',
      'timestamp: string',
    ]);
    return { padding: stdout.length - stdout.trimStart().length, mbps: answer['network_speed_mbps'] as number };
  };
  const first = curl();
  assert.ok(first.padding > 10_000, `${first.padding} bytes of padding`);
  assert.ok(first.mbps > 1, `${first.mbps} Mbit/s`);
  assert.equal(curl(), { padding: 0, mbps: first.mbps });
  // IPv4 that came in on a socket of IPv6 is the same client.
  const { link } = (await ask('details/')) as { link: Json };
  assert.is(link['source'], 'test');
  assert.is(link['speed_mbps'], first.mbps);
  assert.ok(curl('?fresh=1').padding > 10_000);
  const six = curl('', '[::1]');
  assert.ok(six.padding > 10_000 && six.mbps > 1, `${six.padding} ${six.mbps}`);
  assert.equal(curl('', '[::1]'), { padding: 0, mbps: six.mbps });
});

test('a slow way to a client is measured as slow', async () => {
  using link = await SlowLink.open(program.port, '127.0.0.5');
  link.kbps = 1_500;
  using client = new Client(link.port, testRequest('?fresh=1'));
  const [, body = ''] = (await client.text()).split('\r\n\r\n');
  const { network_speed_mbps: mbps, error } = JSON.parse(body) as Json;
  assert.is(error, undefined);
  assert.ok((mbps as number) > 0.2 && (mbps as number) < 6, `${mbps} Mbit/s`);
});

test('one test a client and two at once, and who leaves in mid-test is told of by the details', async () => {
  const slowly = (localAddress: string): Client => {
    const client = new Client(program.port, testRequest('?fresh=1'), { localAddress });
    client.socket.pause();
    return client;
  };
  using first = slowly('127.0.0.2');
  await until('a test runs', () => first.socket.bytesWritten > 0 && !first.socket.connecting);
  const statusOf = async (localAddress: string): Promise<string> => {
    using client = new Client(program.port, testRequest('?fresh=1'), { localAddress });
    return (await client.head()).split('\r\n')[0] ?? '';
  };
  assert.match(await statusOf('127.0.0.2'), / 429 /);
  using _second = slowly('127.0.0.3');
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.match(await statusOf('127.0.0.4'), / 429 /);

  first.socket.destroy();
  using third = new Client(program.port, `GET ${API}/details/ HTTP/1.0\r\nHost: pipit\r\n\r\n`, {
    localAddress: '127.0.0.2',
  });
  assert.match(await third.text(), /"problem":"The client left before its link was known/);
});

interface Steered {
  readonly id: number;
  readonly rung: string;
  readonly steering: { readonly reason: string; readonly switches: readonly { to: string; reason: string }[] } | null;
}

async function listeners(): Promise<Steered[]> {
  return (await program.stats()).listeners as unknown as Steered[];
}

/** FFmpeg at the far end of a link; it ends at the first thing that is wrong. */
function listen(url: string) {
  const args = ['-nostdin', '-hide_banner', '-v', 'warning', '-xerror', '-i', url, '-f', 'null', '-'];
  const child = spawn('ffmpeg', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => {
    complaints += text;
  });
  return {
    child,
    get complaints() {
      return child.exitCode === null ? complaints : `${complaints} (ended: ${child.exitCode})`;
    },
  };
}

const KBPS: readonly number[] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

/** Takes the metadata out of a stream and walks its MP3 frames. Says the bitrates met, in order. */
function bitratesOf(answer: Buffer): number[] {
  const headEnd = answer.indexOf('\r\n\r\n') + 4;
  const interval = Number(/icy-metaint: (\d+)/.exec(answer.subarray(0, headEnd).toString('latin1'))?.[1]);
  const pieces: Buffer[] = [];
  for (let at = headEnd; at < answer.length; ) {
    pieces.push(answer.subarray(at, at + interval));
    const length = (answer[at + interval] ?? 0) * 16;
    const title = answer.subarray(at + interval + 1, at + interval + 1 + length).toString();
    if (title !== '') assert.match(title, /^StreamTitle='[^']*';\0*$/);
    at += interval + 1 + length;
  }
  const sound = Buffer.concat(pieces);
  const bitrates: number[] = [];
  for (let at = 0; at + 4 <= sound.length; ) {
    const header = sound.readUInt32BE(at);
    // MPEG-1, layer III, no CRC, 48 kHz (ISO 11172-3, 2.4.1.3).
    assert.is(header >>> 16, 0xfffb, `a frame at ${at} of ${sound.length}`);
    assert.is((header >>> 10) & 3, 1);
    const kbps = KBPS[(header >>> 12) & 15] as number;
    if (bitrates.at(-1) !== kbps) bitrates.push(kbps);
    at += kbps * 3 + ((header >>> 9) & 1);
  }
  return bitrates;
}

test('listeners rise, fall with their link and rise again, in mid-stream and without one complaint of a decoder', async () => {
  await program.statusWhere('nobody listens', (status) => status.listeners === 0);
  using link = await SlowLink.open(program.port, '127.0.0.6');
  const paths = ['/stream', '/stream.aac', '/stream.opus'];
  const players: ReturnType<typeof listen>[] = [];
  for (const [n, path] of paths.entries()) {
    players.push(listen(`http://127.0.0.1:${link.port}${path}?quality=auto`));
    await program.statusWhere(`${path} is heard`, (status) => status.listeners === n + 1);
  }
  using icy = new Client(link.port, 'GET /stream HTTP/1.0\r\nIcy-MetaData: 1\r\n\r\n');
  await program.statusWhere('all are heard', (status) => status.listeners === 4);
  const moving = (all: readonly Steered[]) => all.filter(({ rung }) => !rung.startsWith('opus'));
  const allWhere = async (what: string, isIt: (one: Steered) => boolean): Promise<void> => {
    const endMs = performance.now() + 40_000;
    for (;;) {
      const all = await listeners();
      for (const { complaints } of players) assert.is(complaints, '');
      if (moving(all).length === 3 && moving(all).every(isIt)) return;
      if (performance.now() > endMs) assert.unreachable(`${what}: ${JSON.stringify(all)}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const opusRung = (await listeners()).find(({ rung }) => rung.startsWith('opus'))?.rung;
  await allWhere('all rise to the top', ({ rung }) => rung.endsWith('@320'));
  link.kbps = 60;
  const fallen = new Set<number>();
  await allWhere(
    'all fall to the bottom',
    ({ id, rung }) => fallen.has(id) || (rung.endsWith('@64') && fallen.add(id).size > 0),
  );
  for (const { steering } of moving(await listeners())) {
    const falls = steering?.switches.filter(({ to }) => to.endsWith('@64')) ?? [];
    assert.ok(
      falls.some(({ reason }) => ['link', 'buffer', 'outage'].includes(reason)),
      JSON.stringify(steering),
    );
  }
  link.kbps = Number.POSITIVE_INFINITY;
  await allWhere('all rise again', ({ rung }) => !rung.endsWith('@64'));

  const opus = (await listeners()).find(({ rung }) => rung.startsWith('opus'));
  assert.is(opus?.rung, opusRung);
  assert.equal(opus?.steering?.switches, []);
  await until('the new rung has arrived', () => bitratesOf(icy.bytes).at(-1) !== 64, 20_000);
  const bitrates = bitratesOf(icy.bytes);
  assert.is(bitrates[0], 128);
  assert.ok(bitrates.includes(320) && bitrates.includes(64), `${bitrates}`);
  assert.ok(bitrates.lastIndexOf(64) > bitrates.indexOf(320), `${bitrates}`);
  for (const { child } of players) child.kill('SIGKILL');
  await Promise.all(players.map(({ child }) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
});

test('nothing by which a device is known stands in the log', () => {
  assert.not(program.output.includes(DEVICE));
  assert.not(/pipit_device|s3cret/.test(program.output));
});

test.run();
