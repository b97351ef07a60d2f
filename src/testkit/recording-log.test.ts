import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RecordingLog } from './recording-log.ts';

const test = suite('RecordingLog');

test('keeps lines of all rooms in one list, in order', () => {
  const log = new RecordingLog();
  const room = log.room('ring').room('mp3@128');
  log.info('started');
  room.warning('evicted', { units: 3 });
  assert.equal(log.lines, [
    { level: 'info', room: '', message: 'started', fields: {} },
    { level: 'warning', room: 'ring/mp3@128', message: 'evicted', fields: { units: 3 } },
  ]);
  assert.equal(room.messages('warning'), ['evicted']);
});

test('its text holds the values of fields', () => {
  const log = new RecordingLog();
  log.error('refused', { user: 'source' });
  assert.match(log.text, 'source');
});

test.run();
