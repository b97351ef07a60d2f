import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { PipitError, reportOf, sentencesOf } from '../core/errors.ts';
import type { SoundCheckReport } from '../core/sound-check.ts';
import { bodyOf, limitedBody, refused } from './control-routes.ts';
import { needs, type WebAccess } from './needs.ts';
import { type SoundCheckAnswer, SoundCheckWish } from './sound-check-schemas.ts';

export interface SoundCheckDeps extends WebAccess {
  /** @throws ConfigError `station.unknown-source`, DeviceError when no sound comes */
  readonly checkSound: (source: string, seconds: number) => Promise<SoundCheckReport>;
}

type Env = { Bindings: HttpBindings };

/** `/api/sound-check`: listens to a source; the answer comes when it has. */
export function soundCheckRoutes({ checkSound, ...access }: SoundCheckDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.post('/', limitedBody(), needs(access, 'control'), async (context) => {
    const body = await bodyOf(context, SoundCheckWish);
    if (body === undefined)
      return refused(context, 'Send {"source": NAME, "seconds": 2 to 10}; seconds may be left out.');
    try {
      return context.json(soundCheckAnswer(body.source, await checkSound(body.source, body.seconds)));
    } catch (error) {
      if (!(error instanceof PipitError)) throw error;
      const status = error.code.startsWith('station.unknown') ? 404 : 409;
      return context.json({ error: sentencesOf(reportOf(error, error.code)), code: error.code }, status);
    }
  });
  return app;
}

function soundCheckAnswer(source: string, report: SoundCheckReport): SoundCheckAnswer {
  const { seconds, verdicts, rmsDb, peakDb, dcOffset, hum, suggestions } = report;
  return {
    source,
    seconds,
    verdicts: [...verdicts],
    rms_db: Math.max(...rmsDb),
    peak_db: Math.max(...peakDb),
    channels: rmsDb.map((rms, channel) => ({
      rms_db: rms,
      peak_db: peakDb[channel] ?? rms,
      dc_offset: dcOffset[channel] ?? 0,
    })),
    loud_db: report.loudDb,
    floor_db: report.floorDb,
    clipped_samples: report.clippedSamples,
    hum_hz: hum?.hz ?? null,
    hum_db: hum === undefined ? null : Math.round(hum.levelDb * 10) / 10,
    suggestions: {
      gain_db: suggestions.gainDb,
      use_channels: suggestions.useChannels,
      high_pass_hz: suggestions.highPassHz,
    },
  };
}
