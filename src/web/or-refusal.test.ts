import { Hono } from 'hono';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, DeviceError } from '../core/errors.ts';
import { orRefusal } from './or-refusal.ts';

const test = suite('or refusal');

const details = { remedy: 'Do something.' };

function answerTo(error: Error): Response | Promise<Response> {
  const app = new Hono();
  app.onError((_, context) => context.text('a bug', 500));
  app.get('/', (context) => orRefusal(context, () => Promise.reject(error)));
  return app.request('/');
}

test('settings and backups are refused alike: with what to do, by a code, by a status', async () => {
  for (const [error, status] of [
    [new ConfigError('backup.busy', 'x', details), 409],
    [new ConfigError('backup.none', 'x', details), 409],
    [new ConfigError('config.no-previous', 'x', details), 409],
    [new ConfigError('config.changed-meanwhile', 'x', details), 412],
    [new ConfigError('backup.refused', 'x', details), 422],
    [new ConfigError('config.refused', 'x', details), 422],
    [new DeviceError('backup.not-kept', 'x', details), 500],
  ] as const) {
    const answer = await answerTo(error);
    assert.is(answer.status, status, error.code);
    assert.equal(await answer.json(), { error: 'x. Do something.', code: error.code, diagnostics: [] });
  }
});

test('a bug stays one', async () => {
  assert.is(await (await answerTo(new TypeError('x'))).text(), 'a bug');
});

test.run();
