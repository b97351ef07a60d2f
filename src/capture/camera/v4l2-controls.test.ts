import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseV4l2Controls, planControls } from './v4l2-controls.ts';
import { WEBCAM } from './v4l2-devices.testing.ts';

const test = suite('v4l2-controls');
const known = parseV4l2Controls(WEBCAM.controls ?? '');
const changesOf = (...settings: string[]): string[] =>
  planControls(settings, known).changes.map(({ name, value }) => `${name}=${value}`);

test('controls are read with their ranges and menus', () => {
  assert.is(known.length, 10);
  assert.equal(known[0], {
    name: 'brightness',
    type: 'int',
    min: 0,
    max: 255,
    step: 1,
    defaultValue: '128',
    value: '128',
    isInactive: false,
    menu: new Map(),
  });
  const exposure = known.find(({ name }) => name === 'auto_exposure');
  assert.equal(
    exposure?.menu,
    new Map([
      [1, 'Manual Mode'],
      [3, 'Aperture Priority Mode'],
    ]),
  );
  assert.ok(known.find(({ name }) => name === 'focus_absolute')?.isInactive);
  assert.is(known.find(({ name }) => name === 'pan_absolute')?.min, -36_000);
});

test('what is automatic is switched before what is set by hand', () => {
  assert.equal(
    changesOf('focus_absolute=30', 'exposure_time_absolute=200', 'focus_automatic_continuous=0', 'auto_exposure=1'),
    ['focus_automatic_continuous=0', 'auto_exposure=1', 'focus_absolute=30', 'exposure_time_absolute=200'],
  );
});

test('a name or a value that the camera does not have is told with what it has', () => {
  const { changes, warnings } = planControls(
    ['focus=3', 'brightness=900', 'auto_exposure=2', 'gain', 'pan_absolute=left', 'zoom_absolute=200'],
    known,
  );
  assert.equal(changes, [{ name: 'zoom_absolute', value: '200' }]);
  assert.is(warnings.length, 5);
  assert.match(warnings[0] ?? '', /no control "focus".*focus_automatic_continuous/);
  assert.match(warnings[1] ?? '', '0 to 255');
  assert.match(warnings[2] ?? '', '1 (Manual Mode), 3 (Aperture Priority Mode)');
});

test('when nothing is known of the camera everything is tried', () => {
  assert.equal(planControls(['anything=1'], undefined), { changes: [{ name: 'anything', value: '1' }], warnings: [] });
});

test('no text is too strange to be read', () => {
  const line = fc.constantFrom(...(WEBCAM.controls ?? '').split('\n'), 'value=', '\t\t\t\t7: x');
  const text = fc.array(fc.oneof(line, fc.string()), { maxLength: 20 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, fc.array(fc.string()), (listed, settings) => {
      const { changes, warnings } = planControls(settings, parseV4l2Controls(listed));
      assert.is(changes.length + warnings.length, settings.length);
    }),
  );
});

test.run();
