import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadSettings } from './load-settings.ts';
import { maskedConfig, maskedValues } from './masked-config.ts';
import { renderConfig } from './render-config.ts';

const test = suite('masked-config');

const FULL = `# the old password was hunter2
profile = "home-server" // hunter2
mystery = "hunter2"
server {
  source_password = "hunter2" /* hunter2
  hunter2 */ listen_port = 0
}
`;

test('secrets, unknown keys and comments are gone, the rest is as it was', () => {
  const masked = maskedConfig(`# the old password was hunter2
profile = "home-server" // hunter2
server {
  source_password = "hunter2"
  listen_port     = 8001 # hunter2
}
source "mic #1" {
  type = "url"
  url  = "https://me:hunter2@radio.example/x"
}
quick_sync {
  test_urls = [
    "https://hunter2.example/", # hunter2
  ]
}
edge "far" { token = "hunter2" }
`);
  assert.is(
    masked,
    `
profile = "home-server"
server {
  source_password = "***"
  listen_port     = 8001
}
source "mic #1" {
  type = "url"
  url  = "***"
}
quick_sync {
  test_urls = "***"


}
edge "far" { token = "***" }
`,
  );
});

test('a secret that is written as a heredoc or behind a block comment is gone as well', () => {
  const masked = maskedConfig('mqtt {\n  /* hunter2\n hunter2 */ password = <<END\nhunter2\nEND\n  version = "5"\n}\n');
  assert.not.match(masked ?? '', /hunter2/);
  assert.match(masked ?? '', /version = "5"/);
});

test('a text that is no HCL is not shown at all', () => {
  assert.is(maskedConfig(FULL), undefined);
  assert.is(maskedConfig('auth {\n  password = "hunter2\n}\n'), undefined);
});

test('the shipped configuration loses its comments and nothing else', () => {
  const masked = maskedConfig(renderConfig()) ?? '';
  assert.not.match(masked, /#/);
  assert.match(masked, /^mount "\/stream" \{\n {2}source {3}= "mic"\n {2}fallback = \["demo"\]\n\}$/m);
});

test('whatever is in a password, it does not get out', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('"', '\\', '#', '/', '*', '{', '}', 'Q', ' '), minLength: 1 }),
      (s) => {
        const secret = `Z${s}Z`;
        const written = JSON.stringify(secret).replaceAll('${', '$${');
        const masked = maskedConfig(`auth {\n  password = ${written}\n}\nprofile = "home-server"\n`);
        assert.is(masked, 'auth {\n  password = "***"\n}\nprofile = "home-server"\n');
      },
    ),
  );
});

test('of a secret value it is told whether there is one', () => {
  const { values } = loadSettings({
    file: 'config.hcl',
    text: `auth {
  password = "hunter2"
}
source "arecord" {
  type    = "exec"
  command = ["curl", "-u", "me:hunter2"]
}
quick_sync {
  test_urls = ["https://hunter2.example/"]
}`,
    env: { PIPIT_SERVER__SOURCE_PASSWORD: 'hunter2' },
    profileDefault: 'home-server',
  });
  const masked = maskedValues(values);
  assert.not.match(JSON.stringify(masked), /hunter2/);
  assert.is(masked['auth.password'], '***');
  assert.is(masked['server.source_password'], '***');
  assert.is(masked['mqtt.password'], '');
  assert.is(masked['server.listen_port'], 8001);
  assert.is(masked['source.arecord.command'], '***');
});

test.run();
