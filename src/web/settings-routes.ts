import { createHash } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as v from 'valibot';
import type { SettingChanges, SettingsOutcome } from '../core/station-control.ts';
import { needs } from './needs.ts';
import { orRefusal } from './or-refusal.ts';
import { type OwnerAccess, ownerOnly, refuseToken } from './owner-only.ts';
import { MAX_FILE, SettingChangesBody, type SettingsAnswer, SettingsCheckBody } from './settings-schemas.ts';

/** Where settings are read and changed. What is refused is thrown as a PipitError: then nothing has changed. */
export interface WebSettings {
  describe(): Promise<SettingsAnswer>;
  change(changes: SettingChanges): Promise<SettingsOutcome>;
  checkChange(changes: SettingChanges): Promise<SettingsOutcome>;
  checkText(text: string): Promise<SettingsOutcome>;
  undo(): Promise<SettingsOutcome>;
  checkUndo(): Promise<SettingsOutcome>;
  /** The text of config.hcl, secrets included. */
  text(): Promise<string>;
  /** @param isExpected tells whether what the file holds now is what was meant to be replaced */
  replace(text: string, isExpected?: (text: string) => boolean): Promise<SettingsOutcome>;
}

export interface SettingsDeps extends OwnerAccess {
  readonly settings: WebSettings;
}

type Env = { Bindings: HttpBindings };

/** Whoever sets these decides who the owner is: the password, whom addresses and names are believed, where it is kept. */
const OWNERS = /^(?:auth(?:$|\.(?!(?:listeners|session_days)$))|data_dir$)/;

const MAX_CHANGES_BYTES = 256 * 1024;
/** Text as JSON may be longer than the text. */
const MAX_CHECK_BYTES = 2 * MAX_FILE;

/** `/api/settings`: every setting for a form, changing them, and the file itself. */
export function settingsRoutes({ settings, identify, ...access }: SettingsDeps): Hono<Env> {
  const app = new Hono<Env>();
  const admin = needs(access, 'admin');
  const owner = ownerOnly({ ...access, identify });

  app.get('/', admin, async (context) => context.json(await settings.describe()));

  app.put('/', limitTo(MAX_CHANGES_BYTES), admin, async (context) => {
    const body = v.safeParse(SettingChangesBody, await context.req.json().catch(() => undefined));
    if (!body.success) return context.json({ error: unfit(body.issues) }, 422);
    const { changes } = body.output;
    if (Object.keys(changes).some((name) => OWNERS.test(name))) {
      const refused = await refuseToken({ identify }, context);
      if (refused !== undefined) return refused;
    }
    return told(context, () => settings.change(changes));
  });

  app.post('/check', limitTo(MAX_CHECK_BYTES), admin, async (context) => {
    const body = v.safeParse(SettingsCheckBody, await context.req.json().catch(() => undefined));
    if (!body.success) return context.json({ error: unfit(body.issues) }, 422);
    const what = body.output;
    return told(context, () => {
      if ('undo' in what) return settings.checkUndo();
      return 'text' in what ? settings.checkText(what.text) : settings.checkChange(what.changes);
    });
  });

  app.post('/undo', limitTo(MAX_CHANGES_BYTES), admin, (context) => told(context, () => settings.undo()));

  app.get('/file', owner, (context) => {
    return orRefusal(context, async () => {
      const text = await settings.text();
      context.header('ETag', tagOf(text));
      return context.body(text, 200, { 'Content-Type': 'text/plain; charset=utf-8' });
    });
  });

  app.put('/file', limitTo(MAX_FILE), owner, async (context) => {
    const text = decoded(await context.req.arrayBuffer());
    if (text === undefined) return context.json({ error: 'This is no UTF-8 text.' }, 422);
    const tag = context.req.header('if-match');
    return told(context, () => settings.replace(text, tag === undefined ? undefined : (held) => tagOf(held) === tag));
  });
  return app;
}

/** Does it and says what became of it, or why not. */
function told(context: Context<Env>, change: () => Promise<SettingsOutcome>): Promise<Response> {
  return orRefusal(context, async () => {
    const { live, restart } = await change();
    return context.json({ live, restart });
  });
}

function unfit([issue]: [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string {
  const where = v.getDotPath(issue) ?? 'the body';
  return `${where} is not what it must be. Send {"changes": {"metadata.station_name": "…", …}}.`;
}

function limitTo(maxSize: number) {
  return bodyLimit({
    maxSize,
    onError: (context) => context.json({ error: `A body has ${maxSize} bytes at most.` }, 413),
  });
}

function tagOf(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url')}"`;
}

function decoded(bytes: ArrayBuffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
