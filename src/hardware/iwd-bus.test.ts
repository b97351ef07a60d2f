import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DeviceError } from '../core/errors.ts';
import { IwdBus, lastLine, percentOf, textOf } from './iwd-bus.ts';

const test = suite('iwd’s bus');

/** A bus whose busctl is this script. */
async function withBusctl(script: string, check: (bus: IwdBus) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'pipit-busctl-'));
  const busctl = join(directory, 'busctl');
  try {
    writeFileSync(busctl, `#!/bin/sh\n${script}\n`);
    chmodSync(busctl, 0o755);
    await check(new IwdBus(busctl));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('a method is asked for on the system’s bus, and its answer is what busctl’s JSON says', () =>
  withBusctl('printf \'{"type":"s","data":["%s"]}\' "$*"', async (bus) => {
    assert.equal(await bus.call('/0/4', 'net.connman.iwd.AccessPoint', 'Start', 'ss', 'Nest', 'hello you'), {
      type: 's',
      data: ['--system --json=short call net.connman.iwd /0/4 net.connman.iwd.AccessPoint Start ss Nest hello you'],
    });
  }));

test('what answers nothing is nothing, and objects that nobody has are none', async () => {
  await withBusctl('exit 0', async (bus) => {
    assert.is(await bus.call('/0/4', 'net.connman.iwd.AccessPoint', 'Scan'), undefined);
  });
  await withBusctl('echo \'{"type":"a{oa{sa{sv}}}","data":[{}]}\'', async (bus) => {
    assert.equal(await bus.objects(), {});
  });
});

test('a refusal is the last line of what busctl complains of, without colours', () =>
  withBusctl("printf 'Hint\\n\\033[31mCall failed: Operation failed\\033[0m\\n' >&2; exit 1", async (bus) => {
    for (const ask of [() => bus.objects(), () => bus.set('/0/4', 'net.connman.iwd.Device', 'Mode', 's', 'ap')]) {
      const error = await ask().then(
        () => undefined,
        (thrown: unknown) => thrown as DeviceError,
      );
      assert.is(error?.code, 'hardware.wifi-refused');
      assert.is(error?.message, 'iwd can’t be asked: Call failed: Operation failed');
    }
  }));

test('only what is text is text, and of no lines the last is empty', () => {
  assert.equal([{ data: 'ap' }, { data: 4 }, undefined].map(textOf), ['ap', undefined, undefined]);
  assert.equal(['', '\n', 'a\nb\n\n', 'a'].map(lastLine), ['', '', 'b', 'a']);
});

test('signals are whole percents from 0 to 100, and a stronger one is never less', () => {
  assert.equal([-100, -75, -50, -30].map(percentOf), [0, 50, 100, 100]);
  const dbm = fc.double({ min: -200, max: 20, noNaN: true });
  fc.assert(
    fc.property(dbm, dbm, (one, other) => {
      const [weak, strong] = [percentOf(Math.min(one, other)), percentOf(Math.max(one, other))];
      assert.ok(Number.isInteger(weak) && weak >= 0 && weak <= strong && strong <= 100);
    }),
  );
});

test.run();
