import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkConfig } from './check-config.ts';
import { PROFILE_NAMES } from './profiles.ts';
import { WRITTEN } from './write-docs.ts';

const test = suite('check config');

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function check(text: string, file = '/nowhere/config.hcl') {
  return checkConfig({ file, text, env: {}, profileDefault: 'home-server' });
}

test('the shipped configuration is valid on every machine, without a word', () => {
  for (const profileDefault of PROFILE_NAMES) {
    const { exitCode, lines } = checkConfig({ file: join(ROOT, 'config.hcl'), env: {}, profileDefault });
    assert.is(exitCode, 0, lines.join('\n'));
    assert.is(lines.length, 1, lines.join('\n'));
  }
});

test('the shipped configuration with every comment removed is valid too, and says the defaults', () => {
  const text = readFileSync(join(ROOT, 'config.hcl'), 'utf8');
  // Lines that are commented out settings or braces, not sentences.
  const on = text.replaceAll(/^( *)# ((?: *[a-z_]+ += )| *[a-z_]+(?: "[a-z]+")? \{$|\}$)/gm, '$1$2');
  assert.is.not(on, text);
  const { exitCode, lines } = check(on);
  assert.is(exitCode, 0, lines.join('\n'));
});

test('docs/config.md and config.hcl are what the schema says; node src/config/write-docs.ts writes them', () => {
  for (const [path, render] of WRITTEN) assert.fixture(readFileSync(join(ROOT, path), 'utf8'), render(), path);
});

test('a configuration that people try builds with passes', () => {
  const { exitCode, lines } = check(`
profile = "home-server"
server {
  host            = "127.0.0.1"
  listen_port     = 18001
  source_port     = 18000
  source_password = "change-me-please"
}
data_dir = "./data"
source "mic" {
  type = "file"
  path = "../missing.opus"
}
camera "street" {
  type = "file"
  path = "../missing.avi"
}
mount "/stream" {
  source = "mic"
}
mqtt {
  url = "mqtt://127.0.0.1:18830"
}
edge "far" {
}
`);
  assert.is(exitCode, 0);
  const text = lines.join('\n');
  assert.match(text, /config\.hcl:7:3: warning: server\.source_password is the one of an example/);
  assert.match(text, /config\.hcl:12:3: warning: "\/missing\.opus" is no file/);
  assert.match(
    text,
    /config\.hcl:16:3: warning: "\/missing\.avi" is no file, camera "street" shows nothing without it/,
  );
  assert.match(text, /config\.hcl:24:1: notice: block edge/);
  assert.not.match(text, 'change-me-please');
  assert.is(lines.at(-1), '/nowhere/config.hcl: valid: profile home-server, 2 sources, 1 camera, 1 mount');
});

test('a password that everybody knows is a warning', () => {
  const { exitCode, lines } = check('auth { password = "hackme" }');
  assert.is(exitCode, 0);
  assert.match(lines[0] ?? '', /:1:8: warning: auth\.password is the one of an example/);
  assert.is(check('auth { password = "open sesame" }').lines.length, 1);
});

test('a highest bitrate above what the quality profile allows is a warning', () => {
  const { exitCode, lines } = check('quick_sync {\n quality_profile = "mobile_data"\n max_bitrate = 256\n}');
  assert.is(exitCode, 0);
  assert.match(
    lines[0] ?? '',
    /:3:2: warning: quick_sync\.max_bitrate is 256 and has no effect, .*mobile_data allows 128/,
  );
  assert.is(check('quick_sync { quality_profile = "mobile_data" }').lines.length, 1);
});

test('an error ends with 1, and each diagnostic is one line', () => {
  const { exitCode, lines } = check('server { hots = "x" }\nsource "a\\nb:1:1: fake" { type = "test" }\n');
  assert.is(exitCode, 1);
  assert.is(lines.length, 3);
  assert.match(lines[0] ?? '', '/nowhere/config.hcl:1:10: hots is no key in server');
  assert.ok(lines.every((line) => !line.includes('\n')));
  assert.is(lines[2], '/nowhere/config.hcl: refused: 2 errors');
});

test('a playlist directory that does not exist is a warning, one that exists is not', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pipit-check-'));
  try {
    const file = join(directory, 'config.hcl');
    writeFileSync(file, 'playlist { directory = "music" }\nsource "p" { type = "playlist" }\n');
    const checkFile = () => checkConfig({ file, env: {}, profileDefault: 'home-server' });
    assert.match(checkFile().lines.join('\n'), `${file}:1:12: warning: "${join(directory, 'music')}" is no directory`);
    mkdirSync(join(directory, 'music'));
    assert.is(checkFile().lines.length, 1);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a mount_point beside mount blocks is a warning', () => {
  const { lines } = check('server { mount_point = "/radio" }\nmount "/stream" {}');
  assert.match(lines.join('\n'), /:1:10: warning: server\.mount_point has no effect/);
  assert.is(check('server { mount_point = "/stream" }\nmount "/stream" {}').lines.length, 1);
});

test.run();
