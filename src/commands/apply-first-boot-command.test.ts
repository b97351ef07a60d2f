import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from './apply-first-boot-command.ts';

const test = suite('first boot');

const KEY = `ssh-ed25519 ${Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.alloc(36, 5)]).toString('base64')} me`;

/** A card and a data partition, as folders. */
class Machine implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'pipit-card-'));
  readonly config = join(this.path, 'etc/config.hcl');
  readonly data = join(this.path, 'data');

  constructor() {
    for (const folder of ['card', 'data/iwd', 'data/system', 'data/ssh', 'etc', 'lib']) {
      mkdirSync(join(this.path, folder), { recursive: true });
    }
    this.write('etc/config.hcl', '# mine\ndata_dir = "../lib"\n');
  }

  get card(): string[] {
    return readdirSync(join(this.path, 'card')).sort();
  }

  read(file: string): string {
    return readFileSync(join(this.path, file), 'utf8');
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.path, file), text);
  }

  async start(...more: string[]): Promise<{ readonly exitCode: number; readonly said: string }> {
    const write = process.stdout.write;
    let said = '';
    process.stdout.write = ((text: string) => {
      said += text;
      return true;
    }) as typeof write;
    try {
      const args = ['--card', join(this.path, 'card'), '--data', this.data, '--config', this.config, ...more];
      return { exitCode: await run(args), said };
    } finally {
      process.stdout.write = write;
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

test('pipit.txt goes to the data partition, and its password from the card', async () => {
  using machine = new Machine();
  machine.write(
    'card/pipit.txt',
    `wifi_name = "Home"\r\nwifi_password = "secret12"\r\nwifi_country = "DE"\r\nhostname = "kitchen"\r\nstation_name = "The Kitchen"\r\ntime_zone = "Etc/UTC"\r\nssh_key = "${KEY}"\r\n`,
  );
  const { exitCode, said } = await machine.start();
  assert.is(exitCode, 0);
  assert.not.match(said, /secret12/);
  assert.is(machine.read('data/iwd/Home.psk'), '[Security]\nPassphrase=secret12\n');
  assert.is(statSync(join(machine.data, 'iwd/Home.psk')).mode & 0o777, 0o600);
  assert.is(machine.read('data/system/wifi/country'), 'DE\n');
  assert.is(machine.read('data/system/hostname'), 'kitchen\n');
  assert.is(machine.read('data/system/time-zone'), 'Etc/UTC\n');
  assert.is(machine.read('data/ssh/authorized_keys/root'), `${KEY}\n`);
  assert.match(machine.read('etc/config.hcl'), /^# mine\n[\s\S]*metadata \{\n\s+station_name = "The Kitchen"\n\}/);
  assert.not.match(machine.read('card/pipit.txt'), /secret12/);
  assert.match(machine.read('card/pipit.txt'), /hostname = "kitchen"\r\n/);
  assert.equal(machine.card, ['pipit.txt']);
});

test('what is changed later counts, and the password is still known', async () => {
  using machine = new Machine();
  machine.write('card/pipit.txt', 'wifi_name = "Home"\nwifi_password = "secret12"\n');
  await machine.start();
  machine.write('card/pipit.txt', `${machine.read('card/pipit.txt')}hostname = "nest"\n`);
  await machine.start();
  assert.is(machine.read('data/iwd/Home.psk'), '[Security]\nPassphrase=secret12\n');
  assert.equal(readdirSync(join(machine.data, 'iwd')), ['Home.psk']);
  assert.is(machine.read('data/system/hostname'), 'nest\n');
  machine.write('card/pipit.txt', machine.read('card/pipit.txt').replace('"Home"', '"Other"'));
  await machine.start();
  assert.match(machine.read('card/pipit-errors.txt'), /wifi_name was changed/);
  assert.equal(readdirSync(join(machine.data, 'iwd')), ['Home.psk']);
});

test('what is wrong stands beside it until it is mended', async () => {
  using machine = new Machine();
  machine.write('card/pipit.txt', 'wifi_name = "Home"\nwifi_password = "short"\nhostname = “a”\nhat = "hifi-wonder"\n');
  const { said } = await machine.start();
  const errors = machine.read('card/pipit-errors.txt');
  assert.match(errors, /pipit\.txt, line 2: wifi_password is not taken/);
  assert.match(errors, /line 3: hostname: .*curly/);
  assert.match(errors, /hifi-wonder/);
  assert.match(said, /curly/);
  assert.match(machine.read('card/pipit.txt'), /short/, 'its owner is to mend it');
  assert.not.ok(existsSync(join(machine.data, 'system/hostname')));
  machine.write('card/pipit.txt', 'hostname = "a"\n');
  await machine.start();
  assert.equal(machine.card, ['pipit.txt']);
});

test('a password that can not be read opens no network without one, and stays for its owner to mend', async () => {
  using machine = new Machine();
  const text = 'wifi_name = "Home"\nwifi_password = “secret12”\n';
  machine.write('card/pipit.txt', text);
  await machine.start();
  assert.match(machine.read('card/pipit-errors.txt'), /line 2: .*curly/);
  assert.equal(readdirSync(join(machine.data, 'iwd')), []);
  assert.is(machine.read('card/pipit.txt'), text);
});

test('what was taken over goes from the card even where its troubles can not be told', async () => {
  using machine = new Machine();
  machine.write('card/pipit.txt', 'wifi_name = "Home"\nwifi_password = "secret12"\nhostname = “a”\n');
  // In the way of the file that would be written.
  mkdirSync(join(machine.path, 'card/pipit-errors.txt/x'), { recursive: true });
  await machine.start().then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, 'pipit-errors.txt on the card'),
  );
  assert.is(machine.read('data/iwd/Home.psk'), '[Security]\nPassphrase=secret12\n');
  assert.not.match(machine.read('card/pipit.txt'), 'secret12');
});

test('a file that is far too long is named, left as it is, and costs the others nothing', async () => {
  using machine = new Machine();
  const long = `hostname = "nest"\n${'# Grüße\n'.repeat(9_000)}`;
  machine.write('card/pipit.txt', long);
  machine.write('card/user-data', 'hostname: imager\n');
  assert.is((await machine.start()).exitCode, 0);
  assert.match(machine.read('card/pipit-errors.txt'), /pipit\.txt: It has \d+ KiB, so nothing of it was taken\./);
  assert.is(machine.read('card/pipit.txt'), long);
  assert.is(machine.read('data/system/hostname'), 'imager\n');
});

test('what Imager left is taken, and what is in pipit.txt wins', async () => {
  using machine = new Machine();
  const psk = 'ab'.repeat(32);
  machine.write(
    'card/user-data',
    `#cloud-config\nhostname: imager\nuser:\n  name: anna\n  ssh_authorized_keys:\n    - ${KEY}\n`,
  );
  machine.write(
    'card/network-config',
    `network:\n  wifis:\n    wlan0:\n      access-points:\n        "Home":\n          password: "${psk}"\n`,
  );
  machine.write('card/pipit.txt', 'hostname = "mine"\n');
  await machine.start();
  assert.is(machine.read('data/system/hostname'), 'mine\n');
  assert.is(machine.read('data/system/user'), 'anna\n');
  assert.is(machine.read('data/ssh/authorized_keys/anna'), `${KEY}\n`);
  assert.is(machine.read('data/iwd/Home.psk'), `[Security]\nPreSharedKey=${psk}\nPassphrase=only the key is known\n`);
  assert.match(machine.read('card/network-config'), /^# What Raspberry Pi Imager wrote/);
  assert.not.match(machine.read('card/user-data'), /ssh-ed25519/);
  await machine.start();
  assert.is(machine.read('data/iwd/Home.psk'), `[Security]\nPreSharedKey=${psk}\nPassphrase=only the key is known\n`);
});

test('a new key in pipit.txt takes the place of all that were good before, those of the user whom Imager named too', async () => {
  using machine = new Machine();
  machine.write('card/user-data', `user:\n  name: anna\n  ssh_authorized_keys:\n    - ${KEY}\n`);
  await machine.start();
  const keys = (): string[] => readdirSync(join(machine.data, 'ssh/authorized_keys')).sort();
  assert.equal(keys(), ['anna', 'root']);
  machine.write('card/pipit.txt', `ssh_key = "${KEY}"\nhostname = "nest"\n`);
  await machine.start();
  assert.equal(keys(), ['anna', 'root'], 'the same key is no new one');
  machine.write('card/pipit.txt', `ssh_key = "${KEY} at home"\n`);
  const { said } = await machine.start();
  assert.match(said, /for one key and no other/);
  assert.equal(keys(), ['root']);
  assert.is(machine.read('data/ssh/authorized_keys/root'), `${KEY} at home\n`);
  assert.not.ok(existsSync(join(machine.data, 'system/user')));
  machine.write('card/pipit.txt', 'hostname = "nest"\n');
  await machine.start();
  assert.is(machine.read('data/ssh/authorized_keys/root'), `${KEY} at home\n`);
});

test('a sound card on the header takes one more start', async () => {
  using machine = new Machine();
  machine.write('card/pipit.txt', 'hat = "i2s-mic"\n');
  assert.is((await machine.start()).exitCode, 10);
  assert.match(machine.read('card/usercfg.txt'), /dtoverlay=pipit-i2s-mic/);
  assert.is((await machine.start()).exitCode, 0);
});

test('reset-password lets a new one be set, wherever the old one stood', async () => {
  using machine = new Machine();
  for (const name of ['reset-password', 'Reset-Password.txt']) {
    machine.write(
      'etc/config.hcl',
      '# mine\ndata_dir = "../lib"\nauth {\n  password = "old and known"\n  listeners = "password"\n}\n',
    );
    machine.write('lib/access.json', '{"version":1}');
    machine.write(`card/${name}`, '');
    const { said } = await machine.start('--only-password');
    assert.match(said, /asks for a new password/);
    assert.not.ok(existsSync(join(machine.path, 'lib/access.json')));
    assert.not.match(machine.read('etc/config.hcl'), /old and known/);
    assert.match(machine.read('etc/config.hcl'), /listeners = "password"/);
    assert.equal(machine.card, []);
  }
});

test('reset-password counts once where somebody made a folder of it', async () => {
  using machine = new Machine();
  mkdirSync(join(machine.path, 'card/reset-password'));
  machine.write('card/reset-password/README', '');
  assert.is((await machine.start()).exitCode, 0);
  assert.equal(machine.card, []);
});

test('reset-password works where the configuration is broken', async () => {
  using machine = new Machine();
  machine.write('etc/config.hcl', 'auth { password = ');
  machine.write('card/reset-password', '');
  const before = process.env['PIPIT_DATA_DIR'];
  process.env['PIPIT_DATA_DIR'] = join(machine.path, 'lib');
  machine.write('lib/access.json', '{');
  try {
    await machine.start();
  } finally {
    if (before === undefined) delete process.env['PIPIT_DATA_DIR'];
    else process.env['PIPIT_DATA_DIR'] = before;
  }
  assert.not.ok(existsSync(join(machine.path, 'lib/access.json')));
  assert.equal(machine.card, []);
});

test('an empty card and one that is shipped change nothing', async () => {
  using machine = new Machine();
  await machine.start();
  machine.write('card/pipit.txt', readFileSync(join(import.meta.dirname, '../../image/boot/pipit.txt'), 'utf8'));
  const before = machine.read('card/pipit.txt');
  await machine.start();
  assert.is(machine.read('card/pipit.txt'), before);
  assert.equal(readdirSync(join(machine.data, 'system')), []);
  assert.is(machine.read('etc/config.hcl'), '# mine\ndata_dir = "../lib"\n');
});

test.run();
