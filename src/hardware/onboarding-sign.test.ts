import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DeviceError } from '../core/errors.ts';
import { OnboardingSign } from './onboarding-sign.ts';

const test = suite('sign of the access point');

test('it is seen by others where nobody has made its folder, and goes away', () => {
  const root = mkdtempSync(join(tmpdir(), 'pipit-sign-'));
  try {
    const sign = new OnboardingSign(join(root, 'pipit-onboard/access-point'));
    sign.show(false);
    assert.equal(readdirSync(root), []);
    for (const isOpen of [true, true, false, false, true]) {
      sign.show(isOpen);
      assert.is(new OnboardingSign(join(root, 'pipit-onboard/access-point')).isShown, isOpen);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test('where it can not be, that is told, for what it guards must stay closed', () => {
  const root = mkdtempSync(join(tmpdir(), 'pipit-sign-'));
  try {
    writeFileSync(join(root, 'file'), '');
    const sign = new OnboardingSign(join(root, 'file/access-point'));
    assert.throws(
      () => sign.show(true),
      (error: DeviceError) => error.code === 'hardware.no-sign',
    );
    assert.not.ok(sign.isShown);
    sign.show(false);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test.run();
