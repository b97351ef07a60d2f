import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Broadcaster } from '../broadcast/broadcaster.ts';
import type { Listener } from '../broadcast/listener.ts';
import { type Rung, rungNamed } from '../core/rung.ts';
import { soundAudience } from './sound-audience.ts';

const test = suite('sound-audience');

function mountOf(...listeners: readonly (readonly [string, string])[]) {
  const all = listeners.map(([name, quality]) => ({ rung: rungNamed(name), info: { quality } }) as unknown as Listener);
  return { broadcaster: { listeners: () => all.values() } as unknown as Broadcaster };
}

test('those who leave the choice to Pipit can be moved where the codec allows it; counted over all mounts', () => {
  const audience = soundAudience([
    mountOf(['mp3@128', 'auto'], ['mp3@128', 'medium'], ['opus@64', 'auto']),
    mountOf(['mp3@128', 'auto'], ['flac@lossless', 'lossless']),
  ]);
  const of = (name: string): unknown => audience.get(rungNamed(name) as Rung);
  assert.equal(of('mp3@128'), { movable: 2, fixed: 1 });
  assert.equal(of('opus@64'), { movable: 0, fixed: 1 });
  assert.equal(of('flac@lossless'), { movable: 0, fixed: 1 });
  assert.is(of('mp3@64'), undefined);
});

test.run();
