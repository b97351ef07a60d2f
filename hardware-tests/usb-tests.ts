import { type CaptureDevice, listDevices } from '../src/capture/devices.ts';
import { mountsOf, soundCard } from './configuration.ts';
import type { HardwareTest } from './hardware-test.ts';
import { kernelModule, OWN_MACHINE, ROOT } from './need.ts';
import { until } from './until.ts';
import { USB_ID } from './usb-descriptors.ts';
import { UsbMicrophone, usbPorts } from './usb-microphone.ts';

const NEEDS = [ROOT, OWN_MACHINE, kernelModule('vhci-hcd'), kernelModule('snd-usb-audio')];

async function usbCards(count: number): Promise<CaptureDevice[]> {
  return await until(`${count} USB microphones are there`, async () => {
    const found = (await listDevices()).filter(({ usbId }) => usbId === USB_ID);
    return found.length === count ? found : undefined;
  });
}

export const usbTests: readonly HardwareTest[] = [
  {
    about: 'usb',
    name: 'a USB microphone is heard, pulled and put back: listeners stay and hear it again',
    needs: NEEDS,
    needsRest: true,
    limitMs: 300_000,
    async run(bench) {
      await usbPorts(bench);
      const microphone = new UsbMicrophone(bench, 0, 1000);
      await microphone.plugIn();
      const [card] = await usbCards(1);
      bench.note(`${card?.name} at ${card?.usbPath}, ${JSON.stringify(card?.modes)}`);
      // By its port: a real one that is plugged in as well comes first.
      const station = await bench.station(soundCard('mic', `usb-path:${card?.usbPath}`));
      await station.source('mic', 'live');
      using listening = await station.listen('/stream.mp3');
      bench.note(`the tone stands ${(await listening.hears(1000)).toFixed(0)} dB above all else`);
      await microphone.unplug();
      const gone = await station.source('mic', 'retrying');
      bench.note(`pulled: ${gone.error?.code}`);
      microphone.hz = 1600;
      await microphone.plugIn();
      await station.source('mic', 'live', 90_000);
      await listening.hears(1600);
      if (!listening.isOpen) throw new Error('the listener was let go');
    },
  },
  {
    about: 'usb',
    name: 'two USB microphones of one model are heard by their ports, however they are numbered',
    needs: NEEDS,
    needsRest: true,
    limitMs: 300_000,
    async run(bench) {
      await usbPorts(bench);
      const [first, second] = [new UsbMicrophone(bench, 0, 700), new UsbMicrophone(bench, 1, 1900)];
      await first.plugIn();
      const [near] = await usbCards(1);
      await second.plugIn();
      const both = await usbCards(2);
      const far = both.find(({ usbPath }) => usbPath !== near?.usbPath);
      if (near?.usbPath === undefined || far?.usbPath === undefined) throw new Error('a port has no name');
      const sources = soundCard('near', `usb-path:${near.usbPath}`) + soundCard('far', `usb-path:${far.usbPath}`);
      const station = await bench.station(sources + mountsOf('near', 'far'));
      using listenNear = await station.listen('/near.mp3');
      using listenFar = await station.listen('/far.mp3');
      await listenNear.hears(700);
      await listenFar.hears(1900);

      // The other way round: the kernel gives the first name to whoever comes first.
      await first.unplug();
      await second.unplug();
      await usbCards(0);
      await second.plugIn();
      await usbCards(1);
      await first.plugIn();
      const again = await usbCards(2);
      const names = (cards: readonly CaptureDevice[]): string =>
        cards.map(({ cardId, usbPath }) => `${cardId} at ${usbPath}`).join(', ');
      bench.note(`first ${names(both)}; then ${names(again)}`);
      await listenNear.hears(700, 120_000);
      await listenFar.hears(1900, 120_000);
    },
  },
];
