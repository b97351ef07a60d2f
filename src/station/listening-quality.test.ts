import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Broadcaster } from '../broadcast/broadcaster.ts';
import type { Listener } from '../broadcast/listener.ts';
import { systemClock } from '../core/clock.ts';
import { UNKNOWN_LOAD } from '../core/host-load.ts';
import { ASSUMED_MBPS, type LinkKnowledge } from '../core/link-knowledge.ts';
import { DEFAULT_PREFERENCES, type Preferences } from '../core/preferences.ts';
import type { QualityMode } from '../core/quality-level.ts';
import type { QuickSyncSettings } from '../core/quick-sync-settings.ts';
import type { RequestHead } from '../core/request-head.ts';
import { type Codec, type Rung, rungNamed, rungsOf } from '../core/rung.ts';
import { TransmitQueues } from '../outputs/transmit-queue.ts';
import { decide } from '../quality/decision.ts';
import type { ListenerQualityOptions } from '../quality/listener-sight.ts';
import { DEFAULT_QUICK_SYNC } from '../quality/quick-sync.testing.ts';
import type { SteeredListener } from '../quality/steered-listener.ts';
import { until } from '../testkit/until.ts';
import { ListeningQuality, type ListeningSettings } from './listening-quality.ts';

const test = suite('listening-quality');

const HEAD = headOf('VLC/3.0.20 LibVLC/3.0.20');
const ASSUMED: LinkKnowledge = {
  mbps: ASSUMED_MBPS,
  source: 'assumed',
  ageS: undefined,
  isLowerBound: false,
  rttMs: undefined,
  problem: undefined,
};

function headOf(userAgent: string): RequestHead {
  return { headers: new Map([['user-agent', userAgent]]) } as unknown as RequestHead;
}

const tested = (mbps: number): LinkKnowledge => ({ ...ASSUMED, mbps, source: 'test', ageS: 1 });
const seen = (mbps: number, isLowerBound = false): LinkKnowledge => ({
  ...ASSUMED,
  mbps,
  source: 'stream',
  ageS: 1,
  isLowerBound,
});

interface Situation {
  readonly link?: LinkKnowledge;
  readonly preferences?: Partial<Preferences>;
  readonly quickSync?: Partial<QuickSyncSettings>;
  readonly defaultRung?: string | null;
  readonly allowed?: readonly Rung[];
}

interface Followed {
  readonly listener: SteeredListener;
  readonly options: ListenerQualityOptions;
  isGone: boolean;
}

function open({ link = ASSUMED, preferences, quickSync, defaultRung = 'mp3@128', allowed }: Situation = {}) {
  const followed: Followed[] = [];
  const settings: ListeningSettings = {
    quickSync: { ...DEFAULT_QUICK_SYNC, ...quickSync },
    burstSeconds: 2,
    maxBurstSeconds: 30,
    defaultRung: defaultRung === null ? null : (rungNamed(defaultRung) as Rung),
  };
  const choice = new ListeningQuality(
    {
      loop: {
        add(listener, options) {
          const one: Followed = { listener, options, isGone: false };
          followed.push(one);
          return () => {
            one.isGone = true;
          };
        },
      },
      queues: new TransmitQueues({ clock: systemClock }),
      preferencesOf: () => ({ ...DEFAULT_PREFERENCES, ...preferences }),
      linkOf: () => link,
      decide: (speedMbps, wishes) =>
        decide({
          speedMbps,
          preferences: wishes,
          settings: settings.quickSync,
          host: { ...UNKNOWN_LOAD, cpuPercent: 60, memoryPercent: 60 },
          boxKbps: Number.POSITIVE_INFINITY,
        }),
      allowed: (codec) => allowed ?? rungsOf(codec),
      factsOf: () => () => undefined,
    },
    () => settings,
  );
  const start = (codec: Codec = 'mp3', quality?: QualityMode, burstSeconds?: number, head = HEAD) =>
    choice.startOf({ head, address: '192.0.2.1', codec, quality, burstSeconds });
  return { choice, followed, start };
}

/** What a listener begins with, by name. */
function rungOf(situation: Situation, codec: Codec = 'mp3', quality?: QualityMode): string {
  return open(situation).start(codec, quality).rung.name;
}

test('a link that nothing is known of begins with what is encoded anyway', () => {
  assert.is(rungOf({}), 'mp3@128');
  assert.is(rungOf({}, 'aac'), 'aac@128');
  assert.is(rungOf({ defaultRung: 'mp3@256' }), 'mp3@256');
  assert.is(rungOf({ defaultRung: null }), 'mp3@128');
  assert.is(rungOf({ quickSync: { targetKbps: 256 } }), 'mp3@256');
});

test('a link that was tested begins at the level that it carries', () => {
  const expected: readonly (readonly [number, string])[] = [
    [0.3, 'mp3@64'],
    [0.7, 'mp3@64'],
    [1.5, 'mp3@128'],
    [3, 'mp3@256'],
    [50, 'mp3@320'],
  ];
  for (const [mbps, name] of expected) {
    assert.is(rungOf({ link: tested(mbps) }), name, `${mbps} Mbit/s`);
    assert.is(rungOf({ link: seen(mbps) }), name, `${mbps} Mbit/s`);
  }
});

test('a link that has shown what it carries at least begins no lower than one that nothing is known of', () => {
  assert.is(rungOf({ link: seen(0.4, true) }), 'mp3@128');
  assert.is(rungOf({ link: seen(8, true) }), 'mp3@320');
});

test('Opus goes below all others where a link carries no more', () => {
  assert.is(rungOf({ link: tested(0.3) }, 'opus'), 'opus@32');
  assert.is(rungOf({ link: seen(0.3) }, 'opus'), 'opus@32');
  assert.is(rungOf({ link: tested(0.5) }, 'opus'), 'opus@64');
  assert.is(rungOf({ link: seen(0.3, true) }, 'opus'), 'opus@128');
  assert.is(rungOf({ link: tested(0.3) }, 'opus', 'high'), 'opus@256');
});

test('a link that is known to be slow is sent more of the past, and little at once', () => {
  for (const codec of ['mp3', 'aac'] as const) {
    const { burstSeconds, allowanceBytes } = open({ link: tested(0.3) }).start(codec);
    assert.is(burstSeconds, 15);
    assert.ok((allowanceBytes ?? 0) > 8_000 && (allowanceBytes ?? 0) < 64_000, `${allowanceBytes}`);
  }
  for (const link of [ASSUMED, tested(1), tested(50), seen(0.4, true)]) {
    const { burstSeconds, allowanceBytes } = open({ link }).start();
    assert.equal([burstSeconds, allowanceBytes], [2, undefined]);
  }
});

test('who is not steered is not held back: nobody would let it go on', () => {
  const link = tested(0.3);
  assert.is(open({ link }).start('opus').allowanceBytes, undefined);
  assert.is(open({ link }).start('flac').allowanceBytes, undefined);
  assert.is(open({ link }).start('mp3', 'high').allowanceBytes, undefined);
  assert.is(open({ link, quickSync: { enabled: false } }).start().allowanceBytes, undefined);
});

test('?burst= counts more than what is known', () => {
  assert.is(open({ link: tested(0.3) }).start('mp3', undefined, 0).burstSeconds, 0);
  assert.is(open({ link: tested(0.3) }).start('mp3', undefined, 7).burstSeconds, 7);
  assert.is(open().start('mp3', 'high', 5).burstSeconds, 5);
});

test('a browser is sent the block that it reads before it plays, unless it asks for less', () => {
  const browser = headOf('Mozilla/5.0 (X11; Linux aarch64) AppleWebKit/537.36 Chrome/140 Safari/537.36');
  const burstOf = (quality: QualityMode | undefined, asked?: number): number =>
    open().start('mp3', quality, asked, browser).burstSeconds;
  assert.is(burstOf('low'), 4.5);
  assert.is(burstOf(undefined), 2.25);
  assert.is(burstOf('high'), 2);
  assert.is(burstOf('low', 1), 1);
  assert.is(open().start('mp3', 'low').burstSeconds, 2, 'other players take it as it comes');
});

test('bounds and profile hold for who leaves the choice to Pipit', () => {
  assert.is(rungOf({ link: tested(50), quickSync: { maxKbps: 128 } }), 'mp3@128');
  assert.is(rungOf({ link: tested(0.3), quickSync: { minKbps: 128 } }), 'mp3@128');
  assert.is(rungOf({ link: tested(50), quickSync: { profile: 'mobile_data' } }), 'mp3@128');
  assert.is(rungOf({ link: tested(50), quickSync: { profile: 'wifi_standard' } }, 'aac'), 'aac@256');
  assert.is(rungOf({ defaultRung: 'mp3@320', quickSync: { maxKbps: 64 } }), 'mp3@64');
  assert.is(rungOf({ quickSync: { profile: 'mobile_data', maxKbps: 64 } }, 'mp3', 'ultra'), 'mp3@320');
});

test('a rung that the box would have to encode for it alone is not begun with', () => {
  const [low, , high] = rungsOf('aac') as [Rung, Rung, Rung];
  assert.is(rungOf({ allowed: [low] }, 'aac'), 'aac@64');
  assert.is(rungOf({ link: tested(50), allowed: [low, high] }, 'aac'), 'aac@256');
  assert.is(rungOf({ link: tested(50), allowed: [low] }, 'aac', 'ultra'), 'aac@320');
  assert.is(rungOf({ allowed: [] }, 'opus'), 'opus@128');
});

test('what a device wishes for holds where its listener does not say', () => {
  const low = { preferences: { mode: 'low' as const } };
  assert.is(rungOf(low), 'mp3@64');
  assert.is(open(low).start().quality, 'low');
  assert.is(rungOf(low, 'mp3', 'ultra'), 'mp3@320');
  assert.is(rungOf(low, 'flac'), 'flac@lossless');
  assert.is(rungOf({ preferences: { mode: 'lossless' } }), 'mp3@320');
  assert.is(rungOf({ preferences: { mode: 'lossless' } }, 'flac', 'lossless'), 'flac@lossless');
});

test('who asks for auto gets it, whatever its device wishes for', () => {
  for (const mode of ['low', 'ultra', 'lossless'] as const) {
    const { start } = open({ link: tested(3), preferences: { mode } });
    const { rung, quality } = start('mp3', 'auto');
    assert.equal([rung.name, quality], ['mp3@256', 'auto'], mode);
  }
});

test('settings are asked anew each time', () => {
  const { choice, start } = open();
  assert.is(start().rung.name, 'mp3@128');
  assert.is(
    choice.startOf({ head: HEAD, address: '', codec: 'aac', quality: 'high', burstSeconds: undefined }).rung.name,
    'aac@256',
  );
});

/** A connection, and its other side. */
async function connection() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [near] = (await once(server, 'connection')) as [Socket];
  far.on('error', () => {});
  near.on('error', () => {});
  near.resume();
  far.resume();
  return {
    near,
    far,
    [Symbol.dispose]() {
      near.destroy();
      far.destroy();
      server.close();
    },
  };
}

const LISTENER = { info: { id: 1, address: '192.0.2.1', quality: 'auto', userAgent: '' } } as unknown as Listener;
const BROADCASTER = {} as Broadcaster;

test('who leaves the choice to Pipit may have every rung of an MP3 or AAC stream; everybody else keeps one', async () => {
  const rungsFor = async (codec: Codec, quality?: QualityMode, situation: Situation = {}): Promise<number> => {
    using pair = await connection();
    const { choice, start, followed } = open(situation);
    choice.follow(pair.near, start(codec, quality))(LISTENER, BROADCASTER);
    return followed[0]?.options.rungs.length ?? 0;
  };
  assert.is(await rungsFor('mp3'), 4);
  assert.is(await rungsFor('aac', 'auto'), 4);
  assert.is(await rungsFor('opus'), 1);
  assert.is(await rungsFor('flac'), 1);
  assert.is(await rungsFor('mp3', 'high'), 1);
  assert.is(await rungsFor('mp3', undefined, { preferences: { mode: 'medium' } }), 1);
  assert.is(await rungsFor('mp3', undefined, { quickSync: { enabled: false } }), 1);
});

test('a listener is followed until its connection closes, also when that was before it began', async () => {
  using pair = await connection();
  const { choice, start, followed } = open();
  const joined = choice.follow(pair.near, start());
  joined(LISTENER, BROADCASTER);
  const [one] = followed;
  assert.is(one?.options.burstS, 2);
  assert.is(one?.options.startRung.name, 'mp3@128');
  assert.is(one?.isGone, false);
  pair.near.write('sound');
  assert.is(one?.listener.sentBytes, 5);
  pair.far.destroy();
  await until('the connection is closed', () => pair.near.closed);
  assert.is(one?.isGone, true);

  choice.follow(pair.near, start())(LISTENER, BROADCASTER);
  assert.is(followed[1]?.isGone, true);
});

test.run();
