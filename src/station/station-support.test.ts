// deadline: 60 s
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Program } from '../testkit/program.ts';

const test = suite('station-support');

/** Each of them can be told from all others, so that a failure says which one got out. */
const SECRETS = [
  's3cret-of-the-test',
  'auth-p4ssword',
  'mqtt-user-p4ss',
  'mqtt-p4ssword',
  'url-p4ss-of-source',
  'url-t0ken-of-source',
  'camera-p4ss',
  'exec-p4ss-argument',
  'speed-test-t0ken',
  'p4ss-in-a-comment',
  'p4ss-in-a-block-comment',
  'edge-t0ken',
  'guessed-p4ssword',
  'query-t0ken',
];

const CONFIG = `# the old one was p4ss-in-a-comment
auth {
  password = "auth-p4ssword" /* before: p4ss-in-a-block-comment */
}
source "tone" {
  type = "test"
}
source "away" {
  type = "url"
  url  = "http://me:url-p4ss-of-source@127.0.0.1:9/live?key=url-t0ken-of-source"
}
source "program" {
  type    = "exec"
  command = ["sh", "-c", "echo 'cannot sign in with exec-p4ss-argument' >&2; exit 1"]
}
camera "door" {
  type = "url"
  url  = "rtsp://admin:camera-p4ss@127.0.0.1:9/"
}
mount "/stream" {
  source   = "away"
  fallback = ["program", "tone"]
}
mqtt {
  url      = "mqtt://user:mqtt-user-p4ss@127.0.0.1:9"
  password = "mqtt-p4ssword"
}
quick_sync {
  test_urls = ["https://127.0.0.1:9/file?speed-test-t0ken"]
}
edge "far" {
  token = "edge-t0ken"
}`;

function basic(password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`:${password}`).toString('base64')}` };
}

test('the support bundle has what helps, and none of the secrets', async () => {
  await using program = await Program.start(CONFIG);
  await program.statusWhere('something is heard', (status) => status.source_connected);
  await fetch(program.url('/api/status?token=query-t0ken'));
  await fetch(program.url('/api/support'), { headers: basic('guessed-p4ssword') });
  // Whoever asks for the camera has it opened, which fails and is told.
  await fetch(program.url('/camera/door.jpg')).then((response) => response.arrayBuffer());
  assert.is((await fetch(program.url('/api/support'))).status, 401);

  const response = await fetch(program.url('/api/support'), { headers: basic('auth-p4ssword') });
  assert.is(response.status, 200);
  assert.match(
    response.headers.get('content-disposition') ?? '',
    /^attachment; filename="pipit-support-[\dT]+\.tar\.gz"$/,
  );
  const dir = mkdtempSync(join(tmpdir(), 'pipit-support-'));
  try {
    writeFileSync(join(dir, 'bundle.tar.gz'), Buffer.from(await response.arrayBuffer()));
    execFileSync('tar', ['-xzf', 'bundle.tar.gz', '--strip-components=1'], { cwd: dir });
    rmSync(join(dir, 'bundle.tar.gz'));
    const texts = new Map(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]));
    for (const [name, text] of texts) {
      for (const secret of SECRETS) assert.not.ok(text.includes(secret), `${secret} is in ${name}`);
    }
    const text = (name: string): string => texts.get(name) ?? '';
    assert.match(text('log.txt'), /notice {2}open http:\/\/127/);
    assert.match(text('config.hcl'), /^auth \{\n {2}password = "\*\*\*"\n\}$/m);
    assert.is(JSON.parse(text('settings.json'))['auth.password'], '***');
    assert.is(JSON.parse(text('settings.json'))['server.listen_port'], 0);
    assert.ok(JSON.parse(text('status.json')).source_connected);
    assert.ok(JSON.parse(text('stats.json')).uptime_seconds >= 0);
    assert.ok(JSON.parse(text('figures.json')).length > 20);
    assert.match(text('events.json'), /"type": "started"/);
    assert.match(text('host.txt'), /== kernel ==/);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test.run();
