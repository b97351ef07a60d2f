import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StationTopics, topicName } from './topics.ts';

const test = suite('topics');

const TOPICS = new StationTopics({ topicPrefix: 'house/pipit', discoveryPrefix: 'homeassistant' }, 'abc');

test('a plain name stays; others stay apart and are fit for topics and ids', () => {
  assert.is(topicName('mic-1_B'), 'mic-1_B');
  assert.is(topicName('/stream'), 'stream');
  assert.is.not(topicName('Küche'), topicName('Koche'));
  assert.is.not(topicName('a b'), topicName('a_b'));
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
      assert.match(topicName(a), /^[A-Za-z0-9_-]{1,56}$/);
      // A slash in front is what mounts have, and nothing else.
      if (a !== b && `/${a}` !== b && a !== `/${b}`) assert.is.not(topicName(a), topicName(b));
    }),
  );
});

test('a command is what stands between the station and set', () => {
  assert.is(TOPICS.commandOf('house/pipit/abc/source/mic/gain_db/set'), 'source/mic/gain_db');
  assert.is(TOPICS.commandOf(TOPICS.command('capture')), 'capture');
  assert.is(TOPICS.commandOf('house/pipit/abc/state'), undefined);
  assert.is(TOPICS.commandOf('house/pipit/abcd/capture/set'), undefined);
});

test.run();
