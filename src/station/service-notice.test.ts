// deadline: 90 s
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Program } from '../testkit/program.ts';
import { until } from '../testkit/until.ts';

const test = suite('service-notice');
const MANAGER = `
import json, os, socket, struct, sys
at, rest = sys.argv[1], sys.argv[2:]
inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
inbox.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
inbox.bind(at)
child = os.fork()
if child == 0:
    out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    out.connect(at)
    os.dup2(out.fileno(), 3, inheritable=True)
    os.environ.update(LISTEN_FDS='1', LISTEN_FDNAMES='notify', LISTEN_PID=str(os.getpid()), WATCHDOG_USEC='900000')
    os.execvp(rest[0], rest)
print(json.dumps({'pid': child}), flush=True)
while True:
    text, extra, _, _ = inbox.recvmsg(4096, 128)
    pid = struct.unpack('3i', extra[0][2])[0]
    print(json.dumps({'pid': pid, 'text': text.decode()}), flush=True)
`;

interface Message {
  readonly pid: number;
  readonly text?: string;
}

/** The program under a service manager that is as systemd is, for one test. */
class Managed implements AsyncDisposable {
  readonly heard: Message[] = [];
  readonly #dir = mkdtempSync(join(tmpdir(), 'pipit-notice-'));
  readonly #manager: ChildProcess;
  output = '';

  constructor(config: string) {
    const file = join(this.#dir, 'config.hcl');
    writeFileSync(file, Program.withServer(config));
    const program = [process.execPath, 'src/main.ts', '-c', file];
    this.#manager = spawn('python3', ['-c', MANAGER, join(this.#dir, 'notify'), ...program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: this.#manager.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      // What the program prints comes the same way.
      if (/^\{"pid": /.test(line)) this.heard.push(JSON.parse(line) as Message);
      else this.output += `${line}\n`;
    });
  }

  get pid(): number {
    return this.heard[0]?.pid as number;
  }

  count(text: string | RegExp): number {
    return this.heard.filter((message) => (message.text ?? '').search(text) >= 0).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.kill(this.pid, 'SIGTERM');
    await until('it is stopped', () => !isThere(this.pid) || this.count('STOPPING') > 0, 10_000);
    this.#manager.kill();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const hasPython = spawnSync('python3', ['--version']).status === 0;
const withPython = hasPython ? test : test.skip;
if (!hasPython) process.stdout.write('skipped: service-notice takes python3 to play systemd\n');

withPython(
  'systemd hears by itself, from the main process, that it is ready, that it goes well and that it ends',
  async () => {
    const managed = new Managed('source "tone" {\n  type = "test"\n}\nmount "/stream" {\n  source = "tone"\n}');
    try {
      await until('it is ready', () => managed.count(/^READY=1$/m) === 1, 30_000);
      await until('its watchdog is fed', () => managed.count('WATCHDOG=1') >= 5, 20_000);
      await until('its state is told', () => managed.count('STATUS=/stream: source "tone", 0 listening') >= 1, 5_000);
    } finally {
      await managed[Symbol.asyncDispose]();
    }
    assert.is(managed.count('STOPPING=1'), 1);
    assert.equal([...new Set(managed.heard.map(({ pid }) => pid))], [managed.pid]);
    assert.not.match(managed.output, /systemd starts Pipit again/);
  },
);

withPython('a box without a sound card is well, too', async () => {
  const config =
    'source "mic" {\n  type = "alsa"\n  device = "hw:CARD=absent"\n}\nmount "/stream" {\n  source = "mic"\n  fallback = []\n}';
  await using managed = new Managed(config);
  await until('its watchdog is fed', () => managed.count('WATCHDOG=1') >= 5, 30_000);
  assert.ok(managed.count('STATUS=/stream: no source') >= 1);
});

test.run();
