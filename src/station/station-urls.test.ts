import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { stationUrls, UrlTeller } from './station-urls.ts';

const test = suite('where the station is');

test('its address says who may come', () => {
  assert.equal(stationUrls('127.0.0.1', 8001), ['http://127.0.0.1:8001/']);
  assert.equal(stationUrls('fd00::1', 8001), ['http://[fd00::1]:8001/']);
  assert.is(stationUrls('::', 8001)[0], 'http://localhost:8001/');
});

test('the name that Avahi won is told once it is known', async () => {
  const clock = new FakeClock();
  const log = new RecordingLog();
  const names = ['pipit-2.local'];
  const told = stationUrls('::', 8001);
  // A machine without any network has no name on it.
  if (told.length < 2) return;
  using teller = new UrlTeller({ clock, log, localName: async () => names.shift() }, '::', 8001, told);
  teller.start();
  await clock.run(6_000);
  assert.equal(log.messages('notice'), ['open http://pipit-2.local:8001/']);
});

test.run();
