import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Player } from './player.ts';

const test = suite('player');

test('it starts with enough in hand, runs dry, and goes on with enough in hand again', () => {
  const player = new Player(2);
  player.advance(1);
  player.receive(64, 1);
  player.playOn(false);
  assert.not(player.isPlaying);
  player.receive(64, 1);
  player.playOn(false);
  assert.ok(player.isPlaying);
  player.advance(4);
  assert.not(player.isPlaying);
  player.receive(128, 1.5);
  player.playOn(false);
  assert.not(player.isPlaying);
  player.advance(5);
  player.playOn(true);
  player.advance(6);
  const heard = player.heard();
  assert.is(heard.startUpS, 1);
  assert.is(heard.stalls, 1);
  assert.is(heard.stalledS, 2);
  assert.is(heard.playedS, 3);
  assert.is(heard.playedKbit, 64 * 2 + 128);
  assert.is(heard.switches, 1);
  assert.is(heard.switchedKbps, 64);
  assert.is(player.inHandS, 0.5);
});

test('its wait for the first sound is no stall', () => {
  const player = new Player(2);
  player.advance(10);
  assert.is(player.heard().stalledS, 0);
  assert.is(player.heard().startUpS, 10);
});

test('sound that was received but not played counts for nothing', () => {
  const player = new Player(2);
  player.receive(64, 2);
  player.receive(320, 5);
  player.playOn(false);
  player.advance(2);
  assert.is(player.heard().playedKbit, 128);
  assert.is(player.heard().switches, 0);
});

test.run();
