// biome-ignore-all lint/suspicious/noTemplateCurlyInString: HCL's templates look like JavaScript's.
// deadline: 90 s
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Program } from '../testkit/program.ts';
import { until } from '../testkit/until.ts';

const test = suite('settings in the real program');
const CONFIG = `
data_dir = "./data"
# the box in the old pear tree
source "nest" { type = "test" }
mount "/stream" { source = "nest" }
auth { password = "correct horse" }`;
const PASSWORD = `Basic ${btoa('me:correct horse')}`;

type Answer = { status: number; json: Record<string, unknown>; bytes: Uint8Array<ArrayBuffer> };

async function ask(
  program: Program,
  method: string,
  path: string,
  body?: unknown,
  authorization = PASSWORD,
): Promise<Answer> {
  const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const response = await fetch(program.url(path), {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: sent as BodyInit }),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = Buffer.from(bytes).toString();
  const json = /^[[{]/.test(text) ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, json, bytes };
}

function fileOf(program: Program): string {
  return readFileSync(program.configFile, 'utf8');
}

test('what is changed over the API is heard, kept in the file, undone, and there again after a restart', async () => {
  await using program = await Program.start(CONFIG);
  const before = fileOf(program);
  const changes = { 'metadata.station_name': 'Pear "tree" ${1}', 'source.nest.gain_db': -6, 'encoder.channels': 1 };
  const { json } = await ask(program, 'PUT', '/api/settings', { changes });
  assert.equal(json, { live: ['metadata.station_name', 'source.nest.gain_db'], restart: ['encoder.channels'] });
  assert.is((await program.status()).station_name, 'Pear "tree" ${1}');
  assert.match(
    fileOf(program),
    /# the box in the old pear tree\nsource "nest" \{\n {2}type = "test"\n {2}gain_db = -6\n\}/,
  );
  const settings = (await ask(program, 'GET', '/api/settings')).json;
  assert.equal(settings['pending_restart'], ['encoder.channels']);
  assert.is((settings['file'] as { has_previous: boolean }).has_previous, true);
  assert.is((await ask(program, 'POST', '/api/settings/undo')).status, 200);
  assert.is(fileOf(program), before);
  assert.is((await program.status()).station_name, 'Pipit');
  await ask(program, 'POST', '/api/settings/undo');
  await ask(program, 'POST', '/api/control/restart-program');
  const ports = () => [...program.output.matchAll(/open http:\/\/127\.0\.0\.1:(\d+)\//g)].map(([, port]) => port);
  await until('it has started again', () => ports().length === 2, 30_000);
  const again = `http://127.0.0.1:${ports()[1]}/api`;
  const status = (await (await fetch(`${again}/status`)).json()) as { station_name: string };
  assert.is(status.station_name, 'Pear "tree" ${1}');
  const answer = await fetch(`${again}/settings`, { headers: { authorization: PASSWORD } });
  assert.equal(((await answer.json()) as { pending_restart: string[] }).pending_restart, []);
});

test('a backup brings everything back that somebody has set, and no token may have it', async () => {
  await using program = await Program.start(CONFIG);
  const token = (await ask(program, 'POST', '/api/access/tokens', { name: 'script', scope: 'admin' })).json;
  const bearer = `Bearer ${token['token'] ?? token['secret']}`;
  await ask(program, 'PUT', '/api/privacy', { microphone: true });
  await ask(program, 'PUT', '/api/settings', { changes: { 'metadata.station_name': 'Nest' } });
  const saved = (await ask(program, 'GET', '/api/backup')).bytes;
  assert.not.match(gunzipSync(saved).toString(), new RegExp(bearer.slice(7)));

  assert.is((await ask(program, 'GET', '/api/settings', undefined, bearer)).status, 200);
  for (const [method, path] of [
    ['GET', '/api/backup'],
    ['GET', '/api/settings/file'],
    ['PUT', '/api/settings/file'],
    ['POST', '/api/restore'],
  ] as const) {
    const { status, json } = await ask(program, method, path, method === 'GET' ? undefined : 'x', bearer);
    assert.equal([status, typeof json['error']], [403, 'string'], path);
  }

  await ask(program, 'PUT', '/api/privacy', { microphone: false });
  await ask(program, 'PUT', '/api/settings', {
    changes: { 'metadata.station_name': 'Other', 'source.nest.gain_db': 3 },
  });
  const restored = await ask(program, 'POST', '/api/restore', saved);
  assert.equal(restored.json['restored'], ['config', 'access', 'mute', 'devices']);
  assert.is((await program.status()).station_name, 'Nest');
  assert.not.match(fileOf(program), /gain_db/);
  assert.equal((await ask(program, 'GET', '/api/privacy')).json, { camera: false, microphone: true });
  assert.is((await ask(program, 'GET', '/api/settings', undefined, bearer)).status, 200);
  assert.is((await ask(program, 'POST', '/api/restore/undo')).status, 200);
  assert.is((await program.status()).station_name, 'Other');
  assert.is(statSync(join(program.dir, 'data', 'before-restore.json')).mode & 0o777, 0o600);
});

test('no way over the network leads to a program of somebody else', async () => {
  await using program = await Program.start(CONFIG);
  const before = fileOf(program);
  const exec = before.replace('type = "test"', '\n  type = "exec"\n  command = ["sh", "-c", "touch /tmp/never"]\n');
  const backup = JSON.parse(gunzipSync((await ask(program, 'GET', '/api/backup')).bytes).toString()) as {
    parts: Record<string, unknown>;
  };
  backup.parts['config'] = exec;
  for (const [method, path, body] of [
    ['PUT', '/api/settings', { changes: { 'source.nest.type': 'exec', 'source.nest.command': ['sh'] } }],
    ['POST', '/api/settings/check', { text: exec }],
    ['PUT', '/api/settings/file', exec],
    ['POST', '/api/restore', gzipSync(JSON.stringify(backup))],
  ] as const) {
    const { status, json } = await ask(program, method, path, body);
    assert.is(status, 422, path);
    assert.match(json['error'] as string, /source "nest" would run a program/, path);
  }
  assert.is(fileOf(program), before);
});

test.run();
