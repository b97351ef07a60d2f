import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { PipitError, reportOf, sentencesOf } from '../core/errors.ts';
import type { StationControl } from '../core/station-control.ts';
import { type ClipAnswer, SaveClip } from './clip-schemas.ts';
import { bodyOf, limitedBody, refused } from './control-routes.ts';
import { needs, type WebAccess } from './needs.ts';
import { rangedFile } from './ranged-file.ts';

/** A clip as it is kept. */
export interface KeptClip {
  readonly name: string;
  readonly bytes: number;
  readonly savedMs: number;
}

export interface ClipDeps extends WebAccess {
  readonly saveClip: StationControl['saveClip'];
  /** The mount that is meant where none is named. */
  readonly firstMount: () => string;
  readonly limits: { readonly maxClips: number; readonly maxBytes: number };
  readonly clips: {
    /** The newest first. */
    list(): Promise<readonly KeptClip[]>;
    /** Undefined for whatever is no clip. */
    find(name: string): Promise<KeptClip | undefined>;
    pathOf(name: string): string;
    delete(name: string): Promise<boolean>;
  };
}

type Env = { Bindings: HttpBindings };

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  aac: 'audio/aac',
  opus: 'audio/ogg',
  flac: 'audio/flac',
};
const NO_CLIP = { error: 'There is no such clip; the oldest give way to new ones.' };

/** `/api/clips`: the last seconds of a mount, kept as files. */
export function clipRoutes({ saveClip, firstMount, limits, clips, ...access }: ClipDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.use(limitedBody());

  app.get('/', needs(access, 'read'), async (context) => {
    const kept = await clips.list();
    return context.json({ clips: kept.map(clipAnswer), max_clips: limits.maxClips, max_bytes: limits.maxBytes });
  });

  app.post('/', needs(access, 'control'), async (context) => {
    const body = await bodyOf(context, SaveClip);
    if (body === undefined)
      return refused(context, 'Send {"mount": PATH, "seconds": 1 to 3600}; both may be left out.');
    try {
      const { name, seconds } = await saveClip(body.mount ?? firstMount(), body.seconds);
      return context.json({ name, url: `/clips/${name}`, seconds });
    } catch (error) {
      if (!(error instanceof PipitError)) throw error;
      const status = /\.unknown-/.test(error.code) ? 404 : 409;
      return context.json({ error: sentencesOf(reportOf(error, error.code)), code: error.code }, status);
    }
  });

  app.delete('/:name', needs(access, 'control'), async (context) => {
    return (await clips.delete(context.req.param('name'))) ? context.json({ ok: true }) : context.json(NO_CLIP, 404);
  });
  return app;
}

/** `/clips/NAME`: the files themselves. */
export function clipFileRoutes({ clips, ...access }: ClipDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.get('/:name', needs(access, 'read'), async (context) => {
    const clip = await clips.find(context.req.param('name'));
    if (clip === undefined) return context.json(NO_CLIP, 404);
    const { name, bytes, savedMs } = clip;
    return rangedFile(context.req.raw, {
      path: clips.pathOf(name),
      sizeBytes: bytes,
      headers: {
        'Content-Type': MEDIA_TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
        'Content-Disposition': `inline; filename="${name}"`,
        'Cache-Control': 'private, max-age=31536000, immutable',
        'Last-Modified': new Date(savedMs).toUTCString(),
      },
    });
  });
  return app;
}

function clipAnswer({ name, bytes, savedMs }: KeptClip): ClipAnswer {
  return { name, url: `/clips/${name}`, size_bytes: bytes, saved_ms: savedMs };
}
