import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CounterSet } from '../../core/counters.ts';
import { DeviceError } from '../../core/errors.ts';
import { FakeClock } from '../../testkit/fake-clock.ts';
import { RecordingLog } from '../../testkit/recording-log.ts';
import { CommandDesk, type CommandResult } from './command-desk.ts';
import type { StationChoices } from './station-messages.ts';
import { CHOICES, RecordingControl, sightOf } from './station-sight.testing.ts';
import { topicName } from './topics.ts';

const test = suite('CommandDesk');

class Fixture {
  readonly clock = new FakeClock();
  readonly log = new RecordingLog();
  readonly counters = new CounterSet();
  readonly control = new RecordingControl();
  readonly results: CommandResult[] = [];
  readonly desk: CommandDesk;
  update: StationChoices['update'];

  constructor(isOpen = true) {
    this.desk = new CommandDesk(
      {
        ...this,
        sight: () => sightOf({ sources: ['mic', 'Küche'], mounts: [...sightOf().mounts] }),
        choices: () => ({ ...CHOICES, update: this.update }),
        answer: (result) => this.results.push(result),
      },
      { isOpen },
    );
  }

  /** Sends one and returns its result. */
  async send(command: string, payload: string | Buffer, isRetained = false): Promise<CommandResult | undefined> {
    this.clock.advance(1_000);
    this.results.length = 0;
    this.desk.take(command, Buffer.from(payload as string), isRetained);
    await this.desk.settle();
    return this.results[0];
  }
}

test('an update is installed where the system updates itself, and refused elsewhere', async () => {
  let began = 0;
  let isKnown = true;
  const install = (): boolean => {
    began += 1;
    return isKnown;
  };
  const fixture = new Fixture();
  assert.match((await fixture.send('install_update', 'PRESS'))?.error ?? '', /does not update itself/);
  fixture.update = { isBusy: false, percent: undefined, install };
  assert.ok((await fixture.send('install_update', 'PRESS'))?.ok);
  isKnown = false;
  assert.match((await fixture.send('install_update', 'PRESS'))?.error ?? '', /nobody says where/);
  assert.is(began, 2);
});

test('carries out what is asked for, and says so', async () => {
  const fixture = new Fixture();
  for (const [command, payload] of [
    ['capture', 'OFF'],
    ['cameras', 'ON'],
    ['public_access', 'OFF'],
    ['quality_profile', 'mobile_data'],
    ['target_bitrate', '256'],
    ['station_name', ' Schlafzimmer '],
    ['identify', 'PRESS'],
    ['reboot', 'PRESS'],
    ['source/mic/gain_db', '-3.5'],
    [`source/${topicName('Küche')}/sound_db`, '-40'],
    ['source/mic/restart', 'PRESS'],
    ['camera/street/restart', 'PRESS'],
    ['mount/stream/now_playing', 'Lullaby'],
    ['mount/stream/save_clip', 'PRESS'],
    ['mount/stream/source', 'mic'],
  ] as const) {
    const result = await fixture.send(command, payload);
    assert.ok(result?.ok, JSON.stringify(result));
    assert.is(result.command, command);
  }
  assert.equal(fixture.control.done, [
    'mute {"microphone":true}',
    'mute {"camera":false}',
    '{"auth.listeners":"password"}',
    '{"quick_sync.quality_profile":"mobile_data"}',
    '{"quick_sync.target_bitrate":256}',
    '{"metadata.station_name":"Schlafzimmer"}',
    'identify',
    'reboot',
    '{"source.mic.gain_db":-3.5}',
    '{"source.Küche.sound_db":-40}',
    'restart source mic',
    'restart camera street',
    '/stream plays Lullaby',
    'save 60 s of /stream',
    '{"mount./stream.source":"mic"}',
  ]);
});

test('refuses what is wrong, with a reason, and does nothing', async () => {
  const fixture = new Fixture();
  const refused: [string, string | Buffer, RegExp, boolean?][] = [
    ['capture', 'off', /send ON or OFF/],
    ['capture', '', /send ON or OFF/],
    ['capture', 'OFF', /retained command/, true],
    ['source/mic/gain_db', '1e9', /number from -40 to 40/],
    ['source/mic/gain_db', '41', /number from -40 to 40/],
    ['source/mic/gain_db', 'NaN', /number from -40 to 40/],
    ['source/attic/gain_db', '1', /none of that name/],
    ['source/mic/constructor', 'PRESS', /no such command/],
    ['source/mic', 'PRESS', /no such command/],
    ['__proto__', 'PRESS', /no such command/],
    ['hasOwnProperty', 'PRESS', /no such command/],
    ['target_bitrate', '192', /one of 0, 64, 128, 256, 320/],
    ['quality_profile', 'best', /one of none, mobile_data/],
    ['mount/stream/source', 'attic', /one of mic, Küche/],
    ['station_name', '', /has a name/],
    ['station_name', 'a\nb', /one line/],
    ['station_name', 'x'.repeat(201), /200 characters/],
    ['station_name', Buffer.from([0xff, 0xfe]), /UTF-8/],
    ['station_name', 'x'.repeat(1025), /1024 bytes/],
    ['reboot', 'yes', /send PRESS/],
  ];
  for (const [command, payload, why, isRetained] of refused) {
    const result = await fixture.send(command, payload, isRetained);
    assert.is(result?.ok, false, command);
    assert.match(result?.error ?? '', why);
  }
  assert.equal(fixture.control.done, []);
  assert.is(fixture.counters.snapshot()['mqtt_refused_commands_total'], refused.length);
});

test("says why the station can't, and what to do; an unexpected failure is in the log only", async () => {
  const fixture = new Fixture();
  fixture.control.failure = new DeviceError('hardware.not-allowed', 'Pipit may not reboot', { remedy: 'Allow it.' });
  assert.is((await fixture.send('reboot', 'PRESS'))?.error, 'Pipit may not reboot. Allow it.');
  fixture.control.failure = new TypeError('secret inside');
  assert.is((await fixture.send('reboot', 'PRESS'))?.error, 'it failed; see the log');
  assert.match(fixture.log.text, /secret inside/);
  assert.ok((await fixture.send('reboot', 'PRESS'))?.ok);
});

test('takes nothing when commands are switched off', async () => {
  const fixture = new Fixture(false);
  assert.match((await fixture.send('capture', 'OFF'))?.error ?? '', /switched off/);
  assert.equal(fixture.control.done, []);
});

test('of a flood it takes a few, slows its reading down, and says once a second how many it left out', async () => {
  const fixture = new Fixture();
  let waiting = 0;
  for (let second = 0; second < 10; second += 1) {
    for (let count = 0; count < 1_000; count += 1) {
      fixture.desk.take('source/mic/gain_db', Buffer.from('1'), false);
      let isRead = false;
      fixture.desk.afterMessage(() => {
        isRead = true;
      });
      if (!isRead) waiting += 1;
    }
    await fixture.desk.settle();
    fixture.clock.advance(1_000);
  }
  assert.is(fixture.control.done.length, 20 + 9 * 2);
  assert.is(waiting, 10_000 - fixture.control.done.length + 10);
  const floods = fixture.results.filter(({ command }) => command === '');
  assert.ok(floods.length >= 9 && floods.length <= 10, String(floods.length));
  assert.match(floods[0]?.error ?? '', /came too fast: 2 a second/);
});

test('whatever comes, it answers and never throws', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string(), fc.constantFrom('source/mic/gain_db', 'station_name', 'mount/stream/now_playing')),
      fc.uint8Array({ maxLength: 2_000 }),
      fc.boolean(),
      async (command, bytes, isRetained) => {
        const fixture = new Fixture();
        const result = await fixture.send(command, Buffer.from(bytes), isRetained);
        assert.type(result?.ok, 'boolean');
        assert.ok((result?.command.length ?? 0) <= 100);
      },
    ),
    { numRuns: 200 },
  );
});

test('what is asked for faster than it can be done is refused, not done hours later', async () => {
  const fixture = new Fixture();
  const slow = Promise.withResolvers<void>();
  fixture.control.saveClip = async () => {
    await slow.promise;
    return { name: 'clip.mp3', seconds: 60 };
  };
  for (let second = 0; second < 600; second++) {
    fixture.clock.advance(1_000);
    fixture.desk.take('mount/stream/save_clip', Buffer.from('PRESS'), false);
  }
  const refused = fixture.results.filter(({ ok }) => !ok);
  assert.ok(refused.length > 500, `${refused.length}`);
  assert.match(refused[0]?.error ?? '', /still being carried out/);
  slow.resolve();
  await fixture.desk.settle();
  assert.is(fixture.results.filter(({ ok }) => ok).length, 600 - refused.length);
  assert.ok((await fixture.send('identify', 'PRESS'))?.ok, 'it takes commands again');
});

test.run();
