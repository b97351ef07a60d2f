import { rungsOf } from '../../src/core/rung.ts';
import { ListenerQuality } from '../../src/quality/listener-quality.ts';
import type { ListenerOrder, ListenerSight } from '../../src/quality/listener-sight.ts';
import { DEFAULT_QUICK_SYNC } from '../../src/quality/quick-sync.testing.ts';
import { type Live, START_KBPS } from './live.ts';
import type { PushPolicy, PushSight, PushTruth } from './push-session.ts';

/** As the station's loop: so often is a listener looked at while there is something to find out about it … */
const ALERT_S = 0.1;
/** … and at other times. */
const CALM_S = 1;

/** Told of every look, with what the controller can't know. */
export type OnLook = (sight: ListenerSight, order: ListenerOrder, truth: PushTruth, quality: ListenerQuality) => void;

/** The station's own controller of one listener, with the settings of a file that says nothing. */
export function pipit({ ladder, bufferS }: Live, onLook?: OnLook): PushPolicy {
  const rungs = rungsOf('mp3').filter(({ bitrateKbps }) => ladder.includes(bitrateKbps));
  const indexes = new Map(rungs.map((rung, index) => [rung, index]));
  const startRung = rungs.find(({ bitrateKbps }) => bitrateKbps === START_KBPS) ?? rungs[0];
  if (startRung === undefined) throw new RangeError('no rungs');
  const options = { rungs, startRung, burstS: bufferS, preferQuality: true };
  const quality = new ListenerQuality(options, DEFAULT_QUICK_SYNC);
  let rung = indexes.get(startRung) ?? 0;
  return {
    look(sight, truth) {
      const seen = sightOf(sight, rungs[sight.rung] ?? startRung);
      const order = quality.tick(seen);
      rung = indexes.get(order.rung) ?? rung;
      onLook?.(seen, order, truth, quality);
      return { againS: order.isAlert ? ALERT_S : CALM_S, allowanceBytes: order.allowanceBytes };
    },
    rungAt: () => rung,
  };
}

function sightOf(sight: PushSight, rung: ListenerSight['rung']): ListenerSight {
  return {
    nowUs: Math.round(sight.nowS * 1e6),
    sentBytes: sight.sentBytes,
    acknowledgedBytes: Math.floor(sight.acknowledgedBytes),
    asOfUs: Math.round(sight.asOfS * 1e6),
    sentMediaUs: Math.round(sight.sentMediaS * 1e6),
    lagUs: Math.round(sight.lagS * 1e6),
    isBlocked: sight.isBlocked,
    rung,
    boxKbps: Number.POSITIVE_INFINITY,
    isBoxCalm: true,
  };
}
