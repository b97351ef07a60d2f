// deadline: 60 s
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as v from 'valibot';
import { Program } from '../testkit/program.ts';
import { SoundCheckAnswer } from './sound-check-schemas.ts';

const test = suite('sound check routes');
const headers = { authorization: `Basic ${btoa('me:correct horse')}` };

/** A quiet recording with hum of 50 Hz, and nothing on the right. */
function recording(): Uint8Array {
  const dir = mkdtempSync(join(tmpdir(), 'pipit-check-'));
  const path = join(dir, 'quiet.wav');
  const effects = ['synth', '4', 'sine', '50', 'synth', 'sine', 'mix', '700', 'vol', '-42dB', 'remix', '1', '0'];
  const made = spawnSync('sox', ['-V1', '-R', '-n', '-r', '48000', '-c', '2', '-b', '16', path, ...effects]);
  assert.is(made.status, 0, made.stderr.toString());
  const bytes = readFileSync(path);
  rmSync(dir, { recursive: true });
  return bytes;
}

test('a source that runs is listened to, and what it suggests makes it better', async () => {
  const config = (more: string) => `
    source "quiet" {
      type = "file"
      path = "./quiet.wav"
      ${more}
    }
    source "mic" {
      type = "alsa"
      device = "hw:99,0"
    }
    mount "/stream" { source = "quiet" }
    mount "/mic" { source = "mic" }
    auth { password = "correct horse" }`;
  await using program = await Program.start(config(''), { 'quiet.wav': recording() });
  const post = (body: string, more: object = headers): Promise<Response> =>
    fetch(program.url('/api/sound-check'), { method: 'POST', headers: { ...more }, body });
  await program.statusWhere('it is heard', ({ sources }) =>
    sources.some(({ name, level }) => name === 'quiet' && level),
  );

  assert.is((await post('{"source":"quiet"}', {})).status, 401);
  for (const wrong of ['{}', '{"source":5}', '{"source":"quiet","seconds":3600}', '{"source":"quiet","x":1}', '']) {
    assert.is((await post(wrong)).status, 422, wrong);
  }
  assert.is((await post('{"source":"other"}')).status, 404);
  const dead = await post('{"source":"mic"}');
  assert.is(dead.status, 409);
  assert.match(((await dead.json()) as { error: string }).error, /source "mic" cannot be checked/);

  // Two who ask at once hear the same.
  const answers = await Promise.all([post('{"source":"quiet","seconds":3}'), post('{"source":"quiet","seconds":3}')]);
  const [answer, same] = await Promise.all(answers.map(async (one) => v.parse(SoundCheckAnswer, await one.json())));
  assert.equal(answer, same);
  assert.equal(answer?.verdicts, ['too_quiet', 'hum', 'one_side']);
  assert.is(answer?.hum_hz, 50);
  const { gain_db, use_channels, high_pass_hz } = answer?.suggestions ?? {};
  assert.equal([use_channels, high_pass_hz], ['left', 120]);
  assert.ok((gain_db ?? 0) >= 12, `${gain_db}`);

  program.reload(
    Program.withServer(config(`gain_db = ${gain_db}\nuse_channels = "${use_channels}"\nhigh_pass_hz = 200`)),
  );
  await program.statusWhere('it is louder', ({ sources }) => (sources[0]?.level?.rmsDb[1] ?? -120) > -40);
  const after = v.parse(SoundCheckAnswer, await (await post('{"source":"quiet","seconds":3}')).json());
  assert.not(after.verdicts.includes('too_quiet'), JSON.stringify(after));
  assert.not(after.verdicts.includes('one_side'));
  assert.ok(Math.abs((after.channels[0]?.rms_db ?? 0) - (after.channels[1]?.rms_db ?? 9)) < 0.2);
  assert.is((await program.status()).sources[0]?.worker_restarts, 0, 'nothing was started again');
});

test.run();
