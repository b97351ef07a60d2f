import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatCameras, listCameras } from './camera-devices.ts';
import { TWO_SENSORS } from './rpicam-devices.testing.ts';
import { parseCsiCameras } from './rpicam-devices.ts';
import { FakeCameras, type FakeNode, VIVID, WEBCAM, WEBCAM_METADATA } from './v4l2-devices.testing.ts';

const test = suite('camera-devices');
const listPrograms = ['/nowhere/rpicam-hello'];

async function listed(nodes: Record<number, FakeNode>, more: (fake: FakeCameras) => void = () => {}): Promise<string> {
  using fake = new FakeCameras(nodes);
  more(fake);
  const text = formatCameras(await listCameras({ roots: fake.roots, listPrograms }));
  return text.replaceAll(fake.roots.devRoot, '/dev');
}

test('a machine without cameras is told what to do', async () => {
  assert.match(await listed({}), /No camera was found\.\nPlug in a USB camera/);
});

test('a USB camera is shown with the line to paste, its sizes, rates and controls', async () => {
  const text = await listed({ 0: WEBCAM, 1: WEBCAM_METADATA });
  assert.match(text, '1 camera\n\nHD Pro Webcam C920 (/dev/video0, USB 046d:082d at port 1-1.2)\n');
  assert.match(text, 'type   = "v4l2"\n    device = "usb-path:1-1.2"\n          or "/dev/video0"\n');
  assert.match(text, 'mjpeg: 640x480 1280x720 1920x1080 at up to 30 a second\n');
  assert.match(
    text,
    'yuyv422: 640x480 at up to 30 a second, 1280x720 at up to 10 a second, 2304x1536 at up to 2 a second',
  );
  assert.match(text, 'controls brightness: 0 to 255, now 128\n');
  assert.match(text, 'auto_exposure: 1 (Manual Mode), 3 (Aperture Priority Mode), now 3\n');
  assert.match(text, 'focus_automatic_continuous: 0 or 1, now 1\n');
  assert.match(text, 'focus_absolute: 0 to 250, now 0, inactive while something automatic governs it\n');
});

test('ranges of sizes are shown as such, and what cannot be read is said', async () => {
  const text = await listed({ 0: VIVID });
  assert.match(text, 'type   = "v4l2"\n    device = "/dev/video0"\n    yuyv422');
  assert.match(text, 'nv12: 32x32 to 1920x1080\n');
  assert.match(text, 'RG10 (not read): 1920x1080\n');
});

test('who has a camera open is said', async () => {
  assert.match(await listed({ 0: WEBCAM }, (fake) => fake.open(4711, 0)), 'in use by process 4711');
});

test('without v4l2-ctl cameras are shown all the same, and what to install', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const text = formatCameras(await listCameras({ roots: fake.withoutV4l2Ctl, listPrograms }));
  assert.match(text, 'device = "usb-path:1-1.2"');
  assert.match(text, /not known, .*v4l2-ctl is not installed: install the package v4l-utils/);
});

test('CSI cameras are shown with their index and what their sensors have', () => {
  const text = formatCameras({ v4l2: [], csi: parseCsiCameras(TWO_SENSORS) });
  assert.match(text, '2 cameras\n\nimx708_wide (CSI)\n    type  = "rpicam"\n    index = 0\n');
  assert.match(text, '1536x864 at up to 120.1, 2304x1296 at up to 56, 4608x2592 at up to 14.4 a second\n');
});

test('this machine is listed without a failure, whatever it has', async () => {
  assert.type(formatCameras(await listCameras()), 'string');
});

test.run();
