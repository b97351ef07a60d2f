import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultProfile } from './profiles.ts';

const test = suite('profiles');

test('a Raspberry Pi is known by its device tree, and everything else is a home server', () => {
  assert.is(defaultProfile('Raspberry Pi 4 Model B Rev 1.4\0'), 'raspberry-pi');
  assert.is(defaultProfile('Raspberry Pi Zero 2 W Rev 1.0\0'), 'raspberry-pi');
  assert.is(defaultProfile('Radxa ROCK 5B\0'), 'home-server');
  assert.is(defaultProfile(''), 'home-server');
  assert.is(defaultProfile(undefined), 'home-server');
});

test.run();
