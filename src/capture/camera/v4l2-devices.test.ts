import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeviceError } from '../../core/errors.ts';
import {
  CODEC,
  CSI_BRIDGE,
  CSI_SENSOR,
  FakeCameras,
  type FakeNode,
  ISP,
  VIVID,
  WEBCAM,
  WEBCAM_METADATA,
} from './v4l2-devices.testing.ts';
import { listV4l2Devices, v4l2Abilities, v4l2Identity } from './v4l2-devices.ts';
import { parseV4l2Formats } from './v4l2-formats.ts';
import { resolveV4l2Device } from './v4l2-resolve.ts';

const test = suite('v4l2-devices');

async function pathsOf(nodes: Record<number, FakeNode>): Promise<string[]> {
  using fake = new FakeCameras(nodes);
  const devices = await listV4l2Devices(fake.roots);
  return devices.map(({ path }) => path.replace(fake.roots.devRoot, '/dev'));
}

test('this machine is listed without a failure, whatever it has', async () => {
  assert.ok(Array.isArray(await listV4l2Devices()));
});

test('a USB camera is listed with what it is and where it is, without its node for metadata', async () => {
  using fake = new FakeCameras({ 0: WEBCAM, 1: WEBCAM_METADATA });
  assert.equal(await listV4l2Devices(fake.roots), [
    {
      path: `${fake.roots.devRoot}/video0`,
      name: 'HD Pro Webcam C920',
      usbPath: '1-1.2',
      usbId: '046d:082d',
      isFirst: true,
    },
  ]);
});

test('codecs, image processors and sensors are no cameras; an HDMI bridge is one', async () => {
  assert.equal(await pathsOf({ 0: CSI_SENSOR, 10: CODEC, 13: ISP, 20: { name: 'rp1-cfe-csi2_ch0' } }), []);
  assert.equal(await pathsOf({ 0: CSI_BRIDGE, 1: { ...CSI_BRIDGE, name: 'unicam-embedded', formats: '' } }), [
    '/dev/video0',
  ]);
});

test('USB comes first, then the lower number, as a number', async () => {
  const second = { ...WEBCAM, usbPath: '1-1.4' };
  assert.equal(await pathsOf({ 0: VIVID, 10: second, 2: WEBCAM }), ['/dev/video2', '/dev/video10', '/dev/video0']);
});

test('without v4l2-ctl, and for who may not ask, the first node of a device counts as its camera', async () => {
  const denied = { complaint: 'Failed to open /dev/video0: Permission denied' };
  using fake = new FakeCameras({ 0: WEBCAM, 1: WEBCAM_METADATA });
  assert.is((await listV4l2Devices(fake.withoutV4l2Ctl)).length, 1);
  const none = await v4l2Abilities(`${fake.roots.devRoot}/video0`, fake.withoutV4l2Ctl);
  assert.is(none.formats, undefined);
  assert.match(none.complaint, 'is not installed');
  fake.plug({ 0: { ...WEBCAM, ...denied }, 1: { ...WEBCAM_METADATA, ...denied } });
  assert.is((await listV4l2Devices(fake.roots)).length, 1);
  assert.match((await v4l2Abilities(`${fake.roots.devRoot}/video0`, fake.roots)).complaint, 'Permission denied');
});

test('a camera with two pictures is found by its port and by its node', async () => {
  using fake = new FakeCameras({ 0: WEBCAM, 2: { ...WEBCAM, index: 2 } });
  const devices = await listV4l2Devices(fake.roots);
  assert.is(resolveV4l2Device('usb-path:1-1.2', devices), devices[0]);
  assert.is(resolveV4l2Device(`${fake.roots.devRoot}/video2`, devices), devices[1]);
  for (const device of devices) assert.is(resolveV4l2Device(v4l2Identity(device), devices), device);
});

test('a port is found again when numbers have changed hands', async () => {
  const twin = { ...WEBCAM, usbPath: '1-1.4' };
  using fake = new FakeCameras({ 0: WEBCAM, 2: twin });
  fake.plug({ 0: twin, 2: WEBCAM });
  const devices = await listV4l2Devices(fake.roots);
  assert.match(resolveV4l2Device('usb-path:1-1.2', devices).path, /video2$/);
  assert.match(resolveV4l2Device('auto', devices).path, /video0$/);
});

test('a camera that is not there is refused with what is there', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const devices = await listV4l2Devices(fake.roots);
  for (const setting of ['usb-path:1-1.9', '/dev/video7', 'nothing']) {
    try {
      resolveV4l2Device(setting, devices);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, DeviceError);
      assert.is((error as DeviceError).code, 'capture.no-device');
      assert.match((error as DeviceError).message, setting);
      assert.match((error as DeviceError).message, 'HD Pro Webcam C920 (usb-path:1-1.2)');
    }
  }
  assert.throws(
    () => resolveV4l2Device('auto', []),
    (error: Error) => error.message === 'no camera is there',
  );
});

test('formats, sizes and rates are read, one by one or as ranges', async () => {
  const [yuyv, mjpeg] = parseV4l2Formats(WEBCAM.formats ?? '');
  assert.is(yuyv?.name, 'yuyv422');
  assert.equal(
    yuyv?.sizes[1]?.rates.map(({ max }) => max),
    [10, 7.5, 5],
  );
  assert.is(mjpeg?.name, 'mjpeg');
  assert.equal(mjpeg?.sizes[2]?.width, { min: 1920, max: 1920 });

  const [discrete, stepwise, bayer, continuous] = parseV4l2Formats(VIVID.formats ?? '');
  assert.equal(discrete?.sizes[0]?.rates, [{ min: 1, max: 100 }]);
  assert.equal(discrete?.sizes[1]?.rates, [{ min: 1, max: 50 }]);
  assert.equal(stepwise?.sizes, [
    { width: { min: 32, max: 1920 }, height: { min: 32, max: 1080 }, stepWidth: 8, stepHeight: 8, rates: [] },
  ]);
  assert.is(bayer?.name, undefined);
  assert.is(continuous?.fourcc, 'Y16 ');
  assert.is(continuous?.sizes[0]?.width.max, 640);
});

test('what older versions of v4l2-ctl write is read too', () => {
  const text =
    "ioctl: VIDIOC_ENUM_FMT\n\tIndex       : 0\n\tType        : Video Capture\n\tPixel Format: 'MJPG' (compressed)\n" +
    '\tName        : Motion-JPEG\n\t\tSize: Discrete 800x600\n\t\t\tInterval: Discrete 0.033s (30.000 fps)\n';
  const [format] = parseV4l2Formats(text);
  assert.is(format?.name, 'mjpeg');
  assert.equal(format?.sizes[0]?.rates, [{ min: 30, max: 30 }]);
});

test('lists that are cut off or strange give what can be read of them', () => {
  assert.equal(parseV4l2Formats(''), []);
  assert.equal(parseV4l2Formats('\t\tSize: Discrete 640x480\n\t\t\tInterval: Discrete 0.033s (30.000 fps)\n'), []);
  const strange = parseV4l2Formats(
    "\t[0]: 'MJPG' (Motion-JPEG, compressed)\n\t\tSize: Stepwise 0x0 - 0x0 with step 0/0\n\t\tSize: Continuous \n" +
      '\t\tSize: Discrete 640x480\n\t\t\tInterval: Discrete 0.000s (inf fps)\n\t\t\tInterval: Discrete 0.0',
  );
  assert.is(strange[0]?.sizes.length, 1);
  assert.equal(strange[0]?.sizes[0]?.rates, []);
});

test.run();
