import type { Link } from './link.ts';
import type { OnLook } from './pipit.ts';

const COLUMNS =
  '  time s   link  rung    buffer  believed   link believed/shown    lag  kernel B   stalled  reason, hold';

/**
 * Prints what the controller saw and ordered, and beside it what was the case: once a second, and when the rung or the
 * player's state changes. The buffer is that of the player; the link is its mean over the last second, kbit/s.
 */
export function lookLog(link: Link): OnLook {
  console.log(COLUMNS);
  let rung = '';
  let isPlaying = false;
  let printedS = Number.NEGATIVE_INFINITY;
  return (sight, order, truth, { belief }) => {
    const nowS = sight.nowUs / 1e6;
    const isSame = order.rung.name === rung && truth.isPlaying === isPlaying;
    if (isSame && nowS - printedS < 0.999) return;
    printedS = nowS;
    const mark = order.rung.name === rung ? ' ' : '>';
    rung = order.rung.name;
    isPlaying = truth.isPlaying;
    const linkKbps = nowS > 0 ? link.meanKbps(Math.max(0, nowS - 1), nowS) : 0;
    const cells = [
      nowS.toFixed(1).padStart(8),
      linkKbps.toFixed(0).padStart(6),
      `${mark}${order.rung.bitrateKbps}`.padStart(5),
      `${truth.inHandS.toFixed(2)}${isPlaying ? '' : ' !'}`.padStart(10),
      belief.bufferS.toFixed(2).padStart(9),
      `${belief.linkKbps?.toFixed(0) ?? '-'}/${belief.shownKbps?.toFixed(0) ?? '-'}`.padStart(22),
      (sight.lagUs / 1e6).toFixed(2).padStart(6),
      truth.queuedBytes.toFixed(0).padStart(9),
      truth.stalledS.toFixed(1).padStart(9),
      ` ${order.reason}${order.hold === undefined ? '' : `, ${order.hold}`}${order.isAlert ? ' (alert)' : ''}`,
    ];
    console.log(cells.join(' '));
  };
}
