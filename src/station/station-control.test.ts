import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeviceError } from '../core/errors.ts';
import { Control, type StationControlDeps } from './station-control.ts';

const test = suite('control of the station');

function control(more: object = {}) {
  const done: string[] = [];
  const feed = (name: string) => ({
    name,
    feed: { name, metadata: { title: 'of the source' }, restart: async () => void done.push(`restart ${name}`) },
  });
  const mic = feed('mic');
  const mount = {
    activeSource: 'mic',
    feeds: [mic.feed],
    setMetadata: (metadata: object) => void done.push(JSON.stringify(metadata)),
  };
  const deps = {
    programme: { sources: [mic], mounts: new Map([['/stream', mount]]) },
    cameras: [feed('nest')],
    power: { reboot: async () => void done.push('reboot') },
    forgetSettings: async () => void done.push('forget'),
    restartProgram: async () => void done.push('start again'),
    saveClip: async (path: string, seconds: number) => ({ name: `${path} ${seconds}`, seconds }),
    ...more,
  } as unknown as StationControlDeps;
  return { done, control: new Control(deps) };
}

test('what is there can be restarted, and what is not is refused with the names that there are', async () => {
  const { done, control: station } = control();
  await station.restartSource('mic');
  await station.restartCamera('nest');
  assert.equal(done, ['restart mic', 'restart nest']);
  for (const [ask, code, names] of [
    [() => station.restartSource('nest'), 'station.unknown-source', 'There is: mic.'],
    [() => station.restartCamera('mic'), 'station.unknown-camera', 'There is: nest.'],
  ] as const) {
    const error = (await ask().then(
      () => undefined,
      (thrown: unknown) => thrown,
    )) as DeviceError;
    assert.equal([error.code, error.remedy], [code, names]);
  }
  assert.throws(() => station.setNowPlaying('/nowhere', 'x'), /no mount "\/nowhere"/);
});

test('a title of somebody’s own is shown until it is taken back', () => {
  const { done, control: station } = control();
  station.setNowPlaying('/stream', 'Evening song');
  station.setNowPlaying('/stream', '');
  assert.equal(done, ['{"title":"Evening song","artist":""}', '{"title":"of the source"}']);
});

test('a reset reboots the machine, or starts the program again where that is not allowed', async () => {
  const allowed = control();
  await allowed.control.resetToFactory();
  assert.equal(allowed.done, ['forget', 'reboot']);
  const reboot = () => Promise.reject(new DeviceError('hardware.not-allowed', 'No', { remedy: 'Do it by hand.' }));
  const refused = control({ power: { reboot } });
  await refused.control.resetToFactory();
  assert.equal(refused.done, ['forget', 'start again']);
});

test('a reset that could not forget reboots nothing', async () => {
  const forgetSettings = () => Promise.reject(new DeviceError('config.not-kept', 'The disk is full', { remedy: 'x' }));
  const { done, control: station } = control({ forgetSettings });
  await station.resetToFactory().then(
    () => assert.unreachable(),
    (error: DeviceError) => assert.is(error.code, 'config.not-kept'),
  );
  assert.equal(done, []);
});

test.run();
