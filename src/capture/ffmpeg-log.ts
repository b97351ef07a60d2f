import { AV_LOG_WARNING } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { withoutUrlSecrets } from './clean-url.ts';
import { fewLines } from './few-lines.ts';
import type { SourceContext } from './source.ts';

const MAX_LINES_A_SECOND = 5;

/**
 * Takes FFmpeg's log, which is the process's own and would go to standard error, into the source's at level debug,
 * a few lines a second and without the secrets of URLs. Whoever calls it last has the log.
 */
export function takeFfmpegLog({ log, clock }: Pick<SourceContext, 'log' | 'clock'>): void {
  const say = fewLines(clock, MAX_LINES_A_SECOND, (line) => log.debug(`FFmpeg: ${withoutUrlSecrets(line)}`));
  Log.setCallback(
    (_level, message) => {
      const line = message.trim();
      if (line !== '') say(line);
    },
    { maxLevel: AV_LOG_WARNING },
  );
}
