import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { lineTopic, stateTopic } from './live-topic.ts';

const test = suite('live-topic');

test('a state is told when it has changed, and read only while somebody watches', () => {
  const clock = new FakeClock();
  let value = 1;
  let reads = 0;
  const topic = stateTopic({
    clock,
    scope: 'read',
    intervalMs: 100,
    read: () => {
      reads += 1;
      return { value };
    },
  });
  clock.advance(1_000);
  assert.is(reads, 0);
  const told: string[] = [];
  assert.is(topic.first(), '{"value":1}');
  const stop = topic.start((json) => told.push(json));
  clock.advance(1_000);
  assert.equal(told, [], 'nothing has changed');
  value = 2;
  clock.advance(100);
  assert.equal(told, ['{"value":2}']);
  stop();
  const before = reads;
  value = 3;
  clock.advance(10_000);
  assert.is(reads, before);
});

test('what is not essential makes no change, and comes along', () => {
  const clock = new FakeClock();
  const state = { live: true, seconds: 1 };
  const topic = stateTopic({ clock, scope: 'read', intervalMs: 100, read: () => state }, ({ live }) => live);
  const told: string[] = [];
  topic.start((json) => told.push(json));
  state.seconds = 2;
  clock.advance(100);
  assert.equal(told, []);
  state.live = false;
  clock.advance(100);
  assert.equal(told, ['{"live":false,"seconds":2}']);
});

test('a state that is not there yet is told when it is', () => {
  const clock = new FakeClock();
  let value: number | undefined;
  const topic = stateTopic({ clock, scope: 'read', intervalMs: 100, read: () => value });
  assert.is(topic.first(), undefined);
  const told: string[] = [];
  topic.start((json) => told.push(json));
  value = 1;
  clock.advance(100);
  assert.equal(told, ['1']);
});

test('lines are told once each, several together, with some of the past for who comes', () => {
  const clock = new FakeClock();
  const lines = [1, 2, 3].map((id) => ({ id }));
  const topic = lineTopic({
    clock,
    scope: 'admin',
    intervalMs: 200,
    past: 2,
    after: (id) => lines.filter((line) => line.id > id),
    lastId: () => lines.at(-1)?.id ?? 0,
  });
  assert.is(topic.first(), '[{"id":2},{"id":3}]');
  const told: string[] = [];
  const stop = topic.start((json) => told.push(json));
  clock.advance(200);
  assert.equal(told, []);
  lines.push({ id: 4 }, { id: 5 });
  clock.advance(200);
  assert.equal(told, ['[{"id":4},{"id":5}]']);
  stop();
  lines.push({ id: 6 });
  clock.advance(200);
  assert.is(told.length, 1);
});

test.run();
