import { AV_LOG_WARNING } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { withoutUrlSecrets } from './clean-url.ts';
import type { SourceContext } from './source.ts';

const MAX_LINES_A_SECOND = 5;

/**
 * Takes FFmpeg's log, which is the process's own and would go to standard error, into the source's at level debug,
 * a few lines a second and without the secrets of URLs. What ALSA's reader says of an xrun is counted. Whoever
 * calls it last has the log.
 */
export function takeFfmpegLog({ log, counters, clock }: Pick<SourceContext, 'log' | 'counters' | 'clock'>): void {
  const xruns = counters.counter('capture_xruns_total', 'Times the sound card delivered more than was read in time');
  let secondUs = 0;
  let lines = 0;
  Log.setCallback(
    (_level, message) => {
      const line = message.trim();
      if (line === '') return;
      if (/\bxrun\b/i.test(line)) {
        xruns.add();
        return;
      }
      const nowUs = clock.nowUs();
      if (nowUs - secondUs > 1e6) {
        secondUs = nowUs;
        lines = 0;
      }
      lines += 1;
      if (lines <= MAX_LINES_A_SECOND) log.debug(`FFmpeg: ${withoutUrlSecrets(line)}`);
    },
    { maxLevel: AV_LOG_WARNING },
  );
}
