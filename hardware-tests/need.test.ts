import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listDevices } from '../src/capture/devices.ts';
import {
  type FakeCard,
  FakeCards,
  I2S_HAT,
  USB_INTERFACE,
  USB_MIC,
  USB_MIC_TWIN,
} from '../src/capture/sound-cards.testing.ts';
import { realCards, twinCards } from './need.ts';

const test = suite('need');

async function listed(...cards: FakeCard[]) {
  using fake = new FakeCards(cards);
  return await listDevices(fake.roots);
}

test('twins are two USB cards of one model; two of other kinds are none', async () => {
  assert.is(twinCards(await listed(USB_MIC, USB_MIC_TWIN, USB_INTERFACE)).length, 2);
  assert.is(twinCards(await listed(USB_MIC, USB_INTERFACE, I2S_HAT)).length, 0);
});

test('a card that has two devices is one card, and no twin of itself', async () => {
  const [one] = await listed(USB_MIC);
  if (one === undefined) throw new Error('there is no card');
  const devices = [one, { ...one, device: 1 }];
  assert.equal(realCards(devices), [one]);
  assert.equal(twinCards(devices), []);
});

test('cards that tests make are not those of somebody', async () => {
  const [one] = await listed(USB_MIC);
  if (one === undefined) throw new Error('there is no card');
  assert.equal(realCards([{ ...one, cardId: 'Loopback_1' }]), []);
});

test.run();
