import { chmodSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tempDir } from '../capture.testing.ts';
import { TWO_SENSORS } from './rpicam-devices.testing.ts';
import { listCsiCameras, parseCsiCameras } from './rpicam-devices.ts';

const test = suite('rpicam-devices');

test('cameras are read with their sensors and the sizes that these have', () => {
  assert.equal(parseCsiCameras(TWO_SENSORS), [
    {
      index: 0,
      model: 'imx708_wide',
      modes: [
        { width: 1536, height: 864, fps: 120.13 },
        { width: 2304, height: 1296, fps: 56.03 },
        { width: 4608, height: 2592, fps: 14.35 },
      ],
    },
    {
      index: 1,
      model: 'imx219',
      modes: [
        { width: 640, height: 480, fps: 103.33 },
        { width: 3280, height: 2464, fps: 21.19 },
      ],
    },
  ]);
});

test('a list that is empty, cut off or strange gives what can be read of it', () => {
  assert.equal(parseCsiCameras('No cameras available!\n'), []);
  assert.equal(parseCsiCameras("    Modes: 'SRGGB8' : 640x480 [30.00 fps - (0, 0)/640x480 crop]\n"), []);
  const cut = parseCsiCameras("0 : ov5647 [2592x1944 10-bit GBRG] (/base)\n    Modes: 'X' : 640x480 [nan fps - (16, ");
  assert.equal(cut, [{ index: 0, model: 'ov5647', modes: [{ width: 640, height: 480, fps: 0 }] }]);
});

test('the program is asked by its new name, then by its old one; without either nothing is known', async () => {
  using dir = tempDir();
  const program = dir.file('libcamera-hello');
  // As versions did that wrote to standard error.
  writeFileSync(program, `#!/bin/sh\n[ "$1" = --list-cameras ] && cat >&2 <<'END'\n${TWO_SENSORS}END\n`);
  chmodSync(program, 0o755);
  assert.is((await listCsiCameras([dir.file('rpicam-hello'), program]))?.length, 2);
  assert.is(await listCsiCameras([dir.file('rpicam-hello')]), undefined);
  writeFileSync(
    program,
    '#!/bin/sh\necho "ERROR: rpicam-apps currently only supports the Raspberry Pi" >&2\nexit 255\n',
  );
  assert.equal(await listCsiCameras([program]), []);
});

test.run();
