import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { PipitError, sentencesOf } from '../core/errors.ts';
import { bodyOf, done, limitedBody, refused } from './control-routes.ts';
import { JoinWifi } from './control-schemas.ts';
import { needs, type WebAccess } from './needs.ts';

/** What looks after the machine's Wi-Fi. */
export interface WebWifi {
  status(): Promise<
    | {
        readonly backend: string;
        readonly device: string;
        readonly ssid: string | undefined;
        readonly hasEthernet: boolean;
      }
    | undefined
  >;
  scan(): Promise<
    readonly {
      readonly ssid: string;
      readonly signalPercent: number;
      readonly isSecured: boolean;
      readonly isCurrent: boolean;
      readonly isKnown: boolean;
    }[]
  >;
  join(ssid: string, password: string): Promise<void>;
}

export interface WifiDeps extends WebAccess {
  /** Undefined where the system does not let Wi-Fi be looked after. */
  readonly wifi: () => Promise<WebWifi | undefined>;
}

type Env = { Bindings: HttpBindings };

const NONE = 'This system does not let Pipit look after Wi-Fi: do it where the system does.';

/** `/api/wifi`: which network is used, which are in reach, and another one. */
export function wifiRoutes({ wifi, ...access }: WifiDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.use(needs(access, 'admin'));

  app.get('/', async (context) => {
    const status = await (await wifi())?.status();
    return context.json({
      available: status !== undefined,
      backend: status?.backend ?? null,
      device: status?.device ?? null,
      ssid: status?.ssid ?? null,
      ethernet: status?.hasEthernet ?? false,
    });
  });

  app.get('/networks', async (context) => {
    const found = await wifi();
    if (found === undefined) return context.json({ error: NONE }, 404);
    const networks = (await found.scan()).map(({ ssid, signalPercent, isSecured, isCurrent, isKnown }) => ({
      ssid,
      signal_percent: signalPercent,
      secured: isSecured,
      current: isCurrent,
      known: isKnown,
    }));
    return context.json({ networks });
  });

  app.put('/', limitedBody(), async (context) => {
    const found = await wifi();
    if (found === undefined) return context.json({ error: NONE }, 404);
    const body = await bodyOf(context, JoinWifi);
    if (body === undefined) return refused(context, 'Send {"ssid": name of at most 32 bytes, "password": …}.');
    return done(context, () => found.join(body.ssid, body.password));
  });

  app.onError((error, context) => {
    if (!(error instanceof PipitError)) throw error;
    return context.json({ error: sentencesOf(error), code: error.code }, 409);
  });
  return app;
}
