import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { PipitError, reportOf, sentencesOf } from '../core/errors.ts';
import { bodyOf, limitedBody, refused } from './control-routes.ts';
import { type CameraPreviewWish, type DevicesAnswer, type PreviewLine, PreviewWish } from './device-schemas.ts';
import { needs, type WebAccess } from './needs.ts';

/** A sound card that has been opened to be heard. */
export interface SoundPreview {
  /** Tells what is heard until it is over or `signal` aborts; is to be called once. */
  run(onLine: (line: PreviewLine) => void, signal: AbortSignal): Promise<void>;
}

export interface DeviceDeps extends WebAccess {
  readonly devices: () => Promise<DevicesAnswer>;
  readonly preview: {
    /** @throws DeviceError when it is not there, is muted, or too many are open */
    sound(device: string): Promise<SoundPreview>;
    /** @throws DeviceError as above, and when no picture comes */
    picture(
      wish: CameraPreviewWish,
      signal: AbortSignal,
    ): Promise<{ readonly jpeg: Uint8Array<ArrayBuffer>; readonly inUseBy: string | undefined }>;
    stop(): void;
  };
}

type Env = { Bindings: HttpBindings };

/** Lines that wait for whoever takes none; then some are left out. */
const MAX_WAITING_LINES = 20;

/** `/api/devices`: what is plugged in, and hearing and seeing it before it is chosen. */
export function deviceRoutes({ devices, preview, ...access }: DeviceDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.use(limitedBody(), needs(access, 'admin'));
  app.get('/', async (context) => context.json(await devices()));

  app.post('/preview', async (context) => {
    const wish = await bodyOf(context, PreviewWish);
    if (wish === undefined) {
      const forms =
        '{"kind": "sound", "device": …}, {"kind": "camera", "device": …} or {"kind": "camera", "type": "rpicam", "index": …}';
      return refused(context, `Send ${forms}, as /api/devices has them.`);
    }
    try {
      if (wish.kind === 'sound') return lines(await preview.sound(wish.device));
      const { jpeg, inUseBy } = await preview.picture(wish, context.req.raw.signal);
      const headers = { 'Content-Type': 'image/jpeg', 'Cache-Control': 'no-store' };
      return context.body(
        jpeg,
        200,
        inUseBy === undefined ? headers : { ...headers, 'X-In-Use-By': encodeURIComponent(inUseBy) },
      );
    } catch (error) {
      return notNow(context, error);
    }
  });

  app.delete('/preview', (context) => {
    preview.stop();
    return context.json({ ok: true });
  });
  return app;
}

/** A line for each reading, until one side has had enough. */
function lines(preview: SoundPreview): Response {
  const gone = new AbortController();
  const text = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const onLine = (line: PreviewLine): void => {
          if (!gone.signal.aborted && (controller.desiredSize ?? 0) > 0)
            controller.enqueue(text.encode(`${JSON.stringify(line)}\n`));
        };
        void preview.run(onLine, gone.signal).finally(() => {
          if (!gone.signal.aborted) controller.close();
        });
      },
      cancel: () => gone.abort(),
    },
    { highWaterMark: MAX_WAITING_LINES },
  );
  return new Response(body, { headers: { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' } });
}

function notNow(context: Context<Env>, error: unknown): Response {
  if (!(error instanceof PipitError)) throw error;
  return context.json({ error: sentencesOf(reportOf(error, error.code)), code: error.code }, 409);
}
