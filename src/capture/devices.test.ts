import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeviceError } from '../core/errors.ts';
import { parseCaptureModes } from './capture-modes.ts';
import { type CaptureDevice, formatDevices, listDevices, stableIdentities } from './devices.ts';
import { resolveDevice } from './resolve-device.ts';
import {
  type FakeCard,
  FakeCards,
  HDMI,
  I2S_HAT,
  USB_INTERFACE,
  USB_MIC,
  USB_MIC_TWIN,
} from './sound-cards.testing.ts';

const test = suite('devices');

async function listed(...cards: FakeCard[]): Promise<CaptureDevice[]> {
  using fake = new FakeCards(cards);
  return await listDevices(fake.roots);
}

function refusal(setting: string, devices: readonly CaptureDevice[]): DeviceError {
  try {
    resolveDevice(setting, devices);
  } catch (error) {
    if (error instanceof DeviceError) return error;
  }
  throw new Error(`${setting} was not refused`);
}

test('a machine without sound has no device, and is told what to do', async () => {
  const devices = await listed();
  assert.equal(devices, []);
  assert.match(formatDevices(devices), 'Plug in a USB microphone');
  assert.is(refusal('auto', devices).code, 'capture.no-device');
});

test('this machine is listed without a failure, whatever it has', async () => {
  assert.ok(Array.isArray(await listDevices()));
});

test('a USB microphone is listed with what it is, where it is and what it can do', async () => {
  const [mic] = await listed(HDMI, USB_MIC);
  assert.equal(mic, {
    card: 1,
    device: 0,
    cardId: 'Device',
    name: 'USB PnP Sound Device',
    usbPath: '1-1.2',
    usbId: '08bb:2902',
    modes: [{ format: 'S16_LE', channels: 1, rates: [44_100, 48_000] }],
    ownerPid: undefined,
  });
});

test('two microphones of one model are told apart by port and by card id', async () => {
  const devices = await listed(USB_MIC, USB_MIC_TWIN);
  assert.is(resolveDevice('usb-path:1-1.4', devices).hw, 'hw:CARD=Device_1,DEV=0');
  assert.is(resolveDevice('usb-path:1-1.2', devices).hw, 'hw:CARD=Device,DEV=0');
  assert.is(resolveDevice('card-id:Device_1', devices).device.usbPath, '1-1.4');
});

test('a port is found again when numbers and ids have changed hands', async () => {
  using fake = new FakeCards([USB_MIC, USB_MIC_TWIN]);
  fake.plug([HDMI, { ...USB_MIC_TWIN, id: 'Device' }, { ...USB_MIC, id: 'Device_1' }]);
  const { device, hw } = resolveDevice('usb-path:1-1.2', await listDevices(fake.roots));
  assert.is(device.card, 2);
  assert.is(hw, 'hw:CARD=Device_1,DEV=0');
});

test('what can only play is not listed', async () => {
  assert.equal(await listed(HDMI), []);
});

test('a range of rates becomes the usual ones in it; what plays is left out', async () => {
  const [device] = await listed(USB_INTERFACE);
  assert.equal(device?.modes, [{ format: 'S24_3LE', channels: 4, rates: [44_100, 48_000, 88_200, 96_000] }]);
});

test('a HAT has no modes before it is opened, and is found by its id', async () => {
  const devices = await listed(HDMI, I2S_HAT);
  assert.equal(devices[0]?.modes, []);
  assert.equal(stableIdentities(devices[0] as CaptureDevice), [
    'card-id:sndrpigooglevoi',
    'hw:CARD=sndrpigooglevoi,DEV=0',
  ]);
  assert.is(resolveDevice('card-id:sndrpigooglevoi', devices).hw, 'hw:CARD=sndrpigooglevoi,DEV=0');
});

test('auto takes a USB device before a HAT, and the HAT when there is nothing else', async () => {
  assert.is(resolveDevice('auto', await listed(I2S_HAT, USB_MIC)).device.cardId, 'Device');
  assert.is(resolveDevice('auto', await listed(HDMI, I2S_HAT)).device.cardId, 'sndrpigooglevoi');
});

test('an hw address is understood in each of its forms', async () => {
  const devices = await listed(HDMI, USB_MIC);
  for (const setting of ['hw:CARD=Device,DEV=0', 'hw:CARD=Device', 'hw:Device', 'hw:Device,0', 'hw:1,0', 'hw:1']) {
    assert.is(resolveDevice(setting, devices).hw, 'hw:CARD=Device,DEV=0', setting);
  }
});

test('a second device of a card is listed and addressed', async () => {
  const devices = await listed({ ...USB_INTERFACE, pcms: ['pcm0c', 'pcm1c'] });
  assert.is(devices.length, 2);
  assert.is(resolveDevice('usb-path:1-1.3,DEV=1', devices).hw, 'hw:CARD=U4,DEV=1');
});

test('every identity that is shown leads back to its device', async () => {
  const devices = await listed(HDMI, { ...USB_INTERFACE, pcms: ['pcm0c', 'pcm1c'] }, I2S_HAT, USB_MIC, USB_MIC_TWIN);
  assert.is(devices.length, 5);
  for (const device of devices) {
    for (const identity of stableIdentities(device)) assert.is(resolveDevice(identity, devices).device, device);
  }
});

test('a device that is not there is refused with what is there', async () => {
  const devices = await listed(USB_MIC, USB_MIC_TWIN);
  for (const setting of [
    'hw:7,0',
    'hw:Device,3',
    'hw:Device,x',
    'usb-path:1-1.9',
    'card-id:device',
    'hw:',
    'nothing',
  ]) {
    const { code, message } = refusal(setting, devices);
    assert.is(code, 'capture.no-device');
    assert.ok(message.includes(setting), message);
    assert.match(message, /usb-path:1-1\.2.*usb-path:1-1\.4/);
  }
});

test('the list for people has the line to paste, and says who is recording', async () => {
  const text = formatDevices(await listed({ ...USB_MIC, ownerPid: 4711 }, I2S_HAT));
  assert.match(text, 'device = "usb-path:1-1.2"');
  assert.match(text, 'S16_LE, 1 ch, 44.1/48 kHz');
  assert.match(text, 'in use by process 4711');
  assert.match(text, 'device = "card-id:sndrpigooglevoi"');
});

test('stream files that are cut off or strange give what can be read of them', () => {
  assert.equal(parseCaptureModes(''), []);
  assert.equal(parseCaptureModes('Playback:\n  Interface 1\n    Altset 1\n    Format: S16_LE\n    Channels: 2\n'), []);
  const cut =
    'Capture:\n  Interface 1\n    Altset 1\n    Format: S16_LE\n    Channels: 2\n    Rates: 48000\n    Altset 2\n    For';
  assert.equal(parseCaptureModes(cut), [{ format: 'S16_LE', channels: 2, rates: [48_000] }]);
  assert.equal(parseCaptureModes('Capture:\n    Altset 1\n    Format: 0x1\n    Channels: x\n    Rates: no\n'), []);
});

test.run();
