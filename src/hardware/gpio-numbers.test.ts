import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { headerBase } from './gpio-numbers.ts';

const test = suite('GPIO numbers');

/** A sysfs with these chips: base and label. */
async function withChips(chips: readonly (readonly [number, string])[], check: (root: string) => Promise<void>) {
  const root = await mkdtemp(join(tmpdir(), 'gpio-'));
  try {
    for (const [base, label] of chips) {
      const chip = join(root, `gpiochip${base}`);
      await mkdir(chip);
      await writeFile(join(chip, 'base'), `${base}\n`);
      await writeFile(join(chip, 'label'), `${label}\n`);
    }
    await check(root);
  } finally {
    await rm(root, { recursive: true });
  }
}

const BOARDS: Readonly<Record<string, readonly [number, readonly (readonly [number, string])[]]>> = {
  'a Pi 3 with an old kernel': [
    0,
    [
      [0, 'pinctrl-bcm2835'],
      [504, 'raspberrypi-exp-gpio'],
    ],
  ],
  'a Zero 2 W with kernel 6.6': [
    512,
    [
      [512, 'pinctrl-bcm2835'],
      [566, 'raspberrypi-exp-gpio'],
    ],
  ],
  'a Pi 4': [
    512,
    [
      [512, 'pinctrl-bcm2711'],
      [570, 'raspberrypi-exp-gpio'],
    ],
  ],
  'a Pi 5, where RP1 comes late': [
    569,
    [
      [512, 'gpio-brcmstb@107d508500'],
      [544, 'gpio-brcmstb@107d517c00'],
      [569, 'pinctrl-rp1'],
    ],
  ],
  'the kernel’s simulator': [
    600,
    [
      [512, 'something-else'],
      [600, 'gpio-sim.0-node0'],
    ],
  ],
};

for (const [board, [base, chips]] of Object.entries(BOARDS)) {
  test(`the header is found on ${board}`, () =>
    withChips(chips, async (root) => assert.is(await headerBase(root), base)));
}

test('a machine without a header, or without GPIO at all, has none', async () => {
  await withChips([[512, 'INT34BB:00']], async (root) => assert.is(await headerBase(root), undefined));
  assert.is(await headerBase('/nowhere'), undefined);
});

test('a chip that tells nonsense is passed over', () =>
  withChips([[512, 'pinctrl-bcm2711']], async (root) => {
    await writeFile(join(root, 'gpiochip512', 'base'), 'many\n');
    assert.is(await headerBase(root), undefined);
  }));

test.run();
