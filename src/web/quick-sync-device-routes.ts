import { Hono } from 'hono';
import { NO_DEVICE_COOKIE } from '../access/device-identity.ts';
import { type DeviceKey, deviceIdOf } from '../core/device-key.ts';
import type { DeviceAnswer, DevicesAnswer } from './quick-sync-answers.ts';
import { BodyProblem, limitedBody, readDeviceChange, refuseBody } from './quick-sync-body.ts';
import type { KeptDevice, QuickSyncDeps } from './quick-sync-deps.ts';
import {
  allowOnly,
  attempt,
  type QuickSyncContext,
  type QuickSyncEnv,
  type QuickSyncGuard,
  slashed,
} from './quick-sync-guard.ts';
import { deviceAnswer } from './quick-sync-report.ts';

/** `devices/`: a device's own without the password; `?all`, or a password that is sent unasked: those of others, too. */
export function deviceRoutes({ devices }: QuickSyncDeps, guard: QuickSyncGuard): Hono<QuickSyncEnv> {
  const app = new Hono<QuickSyncEnv>();

  const answerOf = (context: QuickSyncContext, device: KeptDevice): DeviceAnswer => {
    const own = context.get('device');
    return deviceAnswer(device, own !== undefined && deviceIdOf(own.key) === device.id);
  };

  /** The key of the device in the path, if who asks may change it; an answer otherwise. */
  const admit = async (context: QuickSyncContext): Promise<DeviceKey | Response> => {
    const id = context.req.param('id') ?? '';
    const own = context.get('device');
    if (own !== undefined && deviceIdOf(own.key) === id) {
      return guard.refuseForeign(context) ?? guard.refuseHasty(context) ?? own.key;
    }
    // Asked first, so that nobody learns without it which devices there are.
    const refusal = await guard.refuseWithoutPassword(context);
    return refusal ?? devices.keyOf(id) ?? notKnown(context);
  };

  app.on('GET', slashed('/devices'), async (context) => {
    const own = context.get('device');
    const known = own === undefined ? undefined : devices.device(own.key);
    const wantsAll = context.req.query('all') !== undefined || context.req.header('authorization') !== undefined;
    if (known !== undefined && !wantsAll) {
      return context.json<DevicesAnswer>({ devices: [answerOf(context, known)], complete: false });
    }
    const refusal = await guard.refuseWithoutPassword(context);
    if (refusal !== undefined) return refusal;
    return context.json<DevicesAnswer>({
      devices: devices.list().map((device) => answerOf(context, device)),
      complete: true,
    });
  });
  allowOnly(app, '/devices', 'GET, HEAD');

  app.on('PUT', slashed('/devices/:id'), limitedBody, async (context) => {
    const key = await admit(context);
    if (typeof key !== 'string') return key;
    const change = readDeviceChange(await context.req.text());
    if (change instanceof BodyProblem) return refuseBody(context, change);
    const { name, preferences } = change;
    const before = devices.of(key);
    // Both are written at once.
    const saved = preferences === undefined ? undefined : devices.save(key, { ...before, ...preferences });
    const named = name === undefined ? undefined : devices.name(key, name);
    const problem = await attempt(Promise.all([saved, named]));
    const device = devices.device(key);
    if (device === undefined) return notKnown(context);
    return context.json({ ...answerOf(context, device), ...(problem === undefined ? {} : { error: problem }) });
  });

  app.on('DELETE', slashed('/devices/:id'), async (context) => {
    const key = await admit(context);
    if (typeof key !== 'string') return key;
    if (devices.device(key) === undefined) return notKnown(context);
    const error = await attempt(devices.remove(key));
    if (context.get('device')?.key === key) context.header('Set-Cookie', NO_DEVICE_COOKIE);
    return context.json({ message: 'The device is forgotten.', ...(error === undefined ? {} : { error }) });
  });
  allowOnly(app, '/devices/:id', 'PUT, DELETE');
  return app;
}

function notKnown(context: QuickSyncContext): Response {
  return context.json({ error: 'There is no such device.' }, 404);
}
