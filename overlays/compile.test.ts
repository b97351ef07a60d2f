import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkOverlay, type Run, treesIn } from './compile.ts';
import { WANTED } from './wanted.ts';

const test = suite('overlays');
const SOURCES = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.dts'));
const hasTools = spawnSync('dtc', ['--version']).status === 0;

const run: Run = async (name, args) =>
  execFileSync(name, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** As much of a Pi's device tree as the overlays hold on to. */
const BOARD = `/dts-v1/;
/ {
  compatible = "raspberrypi,3-model-b", "brcm,bcm2837";
  #address-cells = <1>;
  #size-cells = <1>;
  i2s: i2s { status = "disabled"; };
  dma: dma { #dma-cells = <1>; };
  i2c1: i2c { status = "disabled"; };
  gpio: gpio { #gpio-cells = <2>; gpio-controller; pcm_gpio18: pcm-gpio18 { brcm,pins = <18 19 20 21>; }; };
};
`;

class Bench implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'pipit-overlays-'));

  /** Compiles a source, and returns where the result is. */
  compile(name: string, text: string): string {
    const [source, result] = [join(this.path, `${name}.dts`), join(this.path, name)];
    writeFileSync(source, text);
    execFileSync('dtc', ['-q', '-@', '-I', 'dts', '-O', 'dtb', '-o', result, source]);
    return result;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

test('each source says at its head for which models it is, how it is wired and how it is used', () => {
  for (const name of SOURCES) {
    const text = readFileSync(join(import.meta.dirname, name), 'utf8');
    const overlay = basename(name, '.dts');
    assert.match(text, /^\/\/ Models: {2}\S/m, overlay);
    assert.match(text, /^\/\/ Wiring: {2}\S/m, overlay);
    assert.match(text, new RegExp(`dtoverlay=${overlay} in usercfg\\.txt`), overlay);
  }
});

test('what each brings about is written down, and nothing is of one that is not there', () => {
  assert.equal(Object.keys(WANTED).toSorted(), SOURCES.map((name) => basename(name, '.dts')).toSorted());
});

test(`the overlays for a Pi 3 merge with it and bring about what they should${hasTools ? '' : ' (not tried: no dtc)'}`, async () => {
  if (!hasTools) return;
  using bench = new Bench();
  bench.compile('board.dtb', BOARD);
  const trees = await treesIn(bench.path, run);
  for (const name of SOURCES.filter((source) => source !== 'pipit-led-pi5.dts')) {
    const text = readFileSync(join(import.meta.dirname, name), 'utf8');
    const overlay = bench.compile(`${basename(name, '.dts')}.dtbo`, text);
    assert.is(await checkOverlay(overlay, trees, bench.path, run), 1, name);
  }
});

test(`one that does not merge, is for no model or does something else is refused${hasTools ? '' : ' (not tried: no dtc)'}`, async () => {
  if (!hasTools) return;
  using bench = new Bench();
  bench.compile('board.dtb', BOARD);
  const trees = await treesIn(bench.path, run);
  const led = readFileSync(join(import.meta.dirname, 'pipit-led.dts'), 'utf8');
  const refusal = async (text: string): Promise<string> => {
    const overlay = bench.compile('pipit-led.dtbo', text);
    return await checkOverlay(overlay, trees, bench.path, run).then(
      () => 'none',
      (error: Error) => error.message,
    );
  };
  assert.match(await refusal(led.replace('<&gpio 17 0>', '<&nowhere 17 0>')), /fdtoverlay|NOTFOUND/);
  assert.match(
    await refusal(led.replace(/compatible = "brcm.*;/, 'compatible = "brcm,bcm2712";')),
    /no such device tree/,
  );
  assert.match(await refusal(led.replace('&gpio 17 0', '&gpio 18 0')), /led-0 has gpios = \d+ 18 0, not \d+ 17 0/);
});

test.run();
