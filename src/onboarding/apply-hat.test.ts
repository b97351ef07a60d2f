import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PipitError } from '../core/errors.ts';
import { applyHat } from './apply-hat.ts';
import { HATS } from './hats.ts';

const test = suite('HAT');

class Boot implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'pipit-boot-'));

  get text(): string {
    return readFileSync(join(this.path, 'usercfg.txt'), 'utf8');
  }

  set text(text: string) {
    writeFileSync(join(this.path, 'usercfg.txt'), text);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

async function refusalOf(promise: Promise<unknown>): Promise<PipitError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PipitError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('a HAT becomes a line for each model that it works with, and takes a restart once', async () => {
  using boot = new Boot();
  assert.equal(await applyHat(boot.path, 'i2s-mic'), { hats: ['i2s-mic'], isRestartNeeded: true });
  assert.match(boot.text, /\[pi02\]\ndtoverlay=pipit-i2s-mic\n/);
  assert.match(boot.text, /\[pi4\]\ndtoverlay=pipit-i2s-mic\n\[all\]\n/);
  assert.not.match(boot.text, /pi5/);
  assert.equal(await applyHat(boot.path, 'INMP441'), { hats: ['i2s-mic'], isRestartNeeded: false });
  assert.equal(readdirSync(boot.path), ['usercfg.txt']);
});

test('what the owner wrote stays as it is, before the block and after it, with its line ends', async () => {
  using boot = new Boot();
  boot.text = '# mine\r\n[pi4]\r\narm_boost=1\r\n';
  await applyHat(boot.path, 'led');
  assert.match(boot.text, /^# mine\r\n\[pi4\]\r\narm_boost=1\r\n# --- hat/);
  assert.match(boot.text, /\[pi5\]\r\ndtoverlay=pipit-led-pi5\r\n\[all\]\r\n/);
  assert.not.match(boot.text, /[^\r]\n/);
  boot.text += 'gpu_mem=16\r\n';
  await applyHat(boot.path, 'wm8960, buttons');
  assert.match(boot.text, /^# mine\r\n\[pi4\]\r\narm_boost=1\r\n# --- hat/);
  assert.match(boot.text, /gpu_mem=16\r\n$/);
  assert.not.match(boot.text, /pipit-led/);
  assert.equal(await applyHat(boot.path, 'none'), { hats: [], isRestartNeeded: true });
  assert.is(boot.text, '# mine\r\n[pi4]\r\narm_boost=1\r\ngpu_mem=16\r\n');
  assert.is((await applyHat(boot.path, '')).isRestartNeeded, false);
});

test('the block is found again in what an editor of Windows has saved', async () => {
  for (const encoding of ['utf8', 'utf16le'] as const) {
    using boot = new Boot();
    await applyHat(boot.path, 'led');
    const saved = `\ufeff${boot.text.replaceAll('\n', '\r\n')}mine=1\r\n`;
    writeFileSync(join(boot.path, 'usercfg.txt'), Buffer.from(saved, encoding));
    await applyHat(boot.path, 'none');
    assert.is(boot.text, 'mine=1\r\n', encoding);
  }
});

test('nothing on the header makes no file', async () => {
  using boot = new Boot();
  assert.equal(await applyHat(boot.path, ''), { hats: [], isRestartNeeded: false });
  assert.equal(readdirSync(boot.path), []);
});

test('a mark that somebody took out costs nobody a line', async () => {
  using boot = new Boot();
  await applyHat(boot.path, 'led');
  boot.text = `${boot.text.split('\n').slice(0, -2).join('\n')}\nmine=1\n`;
  await applyHat(boot.path, 'i2s-mic');
  assert.match(boot.text, /mine=1\n# --- hat/);
  assert.match(boot.text, /pipit-i2s-mic/);
  const once = boot.text;
  await applyHat(boot.path, 'i2s-mic');
  assert.is(boot.text, once);
});

test('a name that nobody knows is told with those that are, and changes nothing', async () => {
  using boot = new Boot();
  boot.text = 'a=1\n';
  const { code, message, remedy } = await refusalOf(applyHat(boot.path, 'hifi-wonder'));
  assert.is(code, 'onboarding.unknown-hat');
  assert.is(message, 'hat: there is no "hifi-wonder"');
  for (const name of Object.keys(HATS)) assert.match(remedy, name);
  assert.is((await refusalOf(applyHat(boot.path, 'i2s-mic wm8960'))).code, 'onboarding.two-sound-cards');
  assert.is((await refusalOf(applyHat(join(boot.path, 'nowhere'), 'led'))).code, 'onboarding.boot-settings');
  assert.is(boot.text, 'a=1\n');
});

test('every overlay that a HAT names is there, and nobody has two HATs in mind', () => {
  const overlays = readdirSync(join(import.meta.dirname, '../../overlays'));
  const names = Object.entries(HATS).flatMap(([name, { aliases }]) => [name, ...aliases]);
  assert.is(new Set(names).size, names.length);
  for (const { line, linePi5 } of Object.values(HATS)) {
    for (const [, overlay] of `${line}\n${linePi5}`.matchAll(/dtoverlay=([^,\n]+)/g)) {
      assert.ok(overlays.includes(`${overlay}.dts`), overlay);
    }
  }
});

test.run();
