import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BugError, DeviceError, reportOf, sentencesOf } from './errors.ts';

const test = suite('errors');

test('an error carries its code, its values, what to do and what led to it', () => {
  const cause = new Error('EBUSY');
  const error = new DeviceError('capture.busy', 'hw:1 is busy', { remedy: 'Close the other program.', cause });
  assert.is(error.name, 'DeviceError');
  assert.is(error.cause, cause);
  assert.equal(reportOf(error, 'x'), {
    code: 'capture.busy',
    message: 'hw:1 is busy',
    remedy: 'Close the other program.',
  });
  assert.not('cause' in new BugError('a.b', 'c'));
});

test('what others throw is reported too', () => {
  assert.is(reportOf(new Error('odd'), 'web.failed').code, 'web.failed');
  assert.is(reportOf('just text', 'web.failed').message, 'just text');
});

test('message and remedy become sentences, with one full stop each', () => {
  assert.is(sentencesOf({ message: 'It is gone', remedy: 'Plug it in.' }), 'It is gone. Plug it in.');
  assert.is(sentencesOf({ message: 'It is gone.', remedy: 'Plug it in.' }), 'It is gone. Plug it in.');
});

test.run();
