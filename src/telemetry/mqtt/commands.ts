import * as v from 'valibot';
import type { StationControl } from '../../core/station-control.ts';
import type { StationSight } from '../../core/station-sight.ts';
import type { StationChoices } from './station-messages.ts';
import { topicName } from './topics.ts';

/** What a command is carried out with. */
export interface CommandDeps {
  readonly control: StationControl;
  readonly sight: () => StationSight;
  readonly choices: () => StationChoices;
}

/**
 * What may be asked of the station, of a source, a camera or a mount: checks what was sent and carries it out.
 * @returns what the sender should know besides that it was done
 */
type Command = (deps: CommandDeps, text: string, name: string) => Promise<string | undefined>;

/** What `save_clip` keeps. */
const CLIP_SECONDS = 60;
const MAX_TEXT = 200;

const Press = v.literal('PRESS', 'send PRESS');
const OnOff = v.pipe(
  v.picklist(['ON', 'OFF'], 'send ON or OFF'),
  v.transform((text) => text === 'ON'),
);
const Text = v.pipe(
  v.string(),
  v.maxLength(MAX_TEXT, `a text has ${MAX_TEXT} characters at most`),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  v.regex(/^[^\u0000-\u001f\u007f]*$/, 'a text is one line without control characters'),
  v.transform((text) => text.trim()),
);

const STATION: Readonly<Record<string, Command>> = {
  capture: command(OnOff, ({ control }, isOn) => control.mute({ microphone: !isOn })),
  cameras: command(OnOff, ({ control }, isOn) => control.mute({ camera: !isOn })),
  public_access: command(OnOff, ({ control }, isOn) => set(control, 'auth.listeners', isOn ? 'open' : 'password')),
  quality_profile: command(Text, ({ control, choices }, profile) => {
    oneOf(profile, choices().qualityProfiles);
    return set(control, 'quick_sync.quality_profile', profile);
  }),
  target_bitrate: command(numberBetween(0, 1000), ({ control, choices }, kbps) => {
    oneOf(kbps, choices().targetKbpsChoices);
    return set(control, 'quick_sync.target_bitrate', kbps);
  }),
  station_name: command(Text, ({ control }, name) => {
    if (name === '') throw new Refusal('a station has a name');
    return set(control, 'metadata.station_name', name);
  }),
  identify: command(Press, ({ control }) => control.identify()),
  restart: command(Press, ({ control }) => control.restartProgram()),
  install_update: command(Press, ({ choices }) => {
    const { update } = choices();
    if (update === undefined) throw new Refusal('this system does not update itself as a whole');
    if (!update.install()) throw new Refusal('nobody says where the newest version is: see advanced.release_url');
    return 'it is installed, then the machine starts again';
  }),
  reboot: command(Press, ({ control }) => control.reboot()),
};

const SOURCE: Readonly<Record<string, Command>> = {
  gain_db: command(numberBetween(-40, 40), ({ control }, db, name) => set(control, `source.${name}.gain_db`, db)),
  sound_db: command(numberBetween(-120, 0), ({ control }, db, name) => set(control, `source.${name}.sound_db`, db)),
  restart: command(Press, ({ control }, _press, name) => control.restartSource(name)),
};

const CAMERA: Readonly<Record<string, Command>> = {
  restart: command(Press, ({ control }, _press, name) => control.restartCamera(name)),
};

const MOUNT: Readonly<Record<string, Command>> = {
  now_playing: command(Text, ({ control }, title, path) => control.setNowPlaying(path, title)),
  save_clip: command(Press, async ({ control }, _press, path) => {
    const { name, seconds } = await control.saveClip(path, CLIP_SECONDS);
    return `${Math.round(seconds)} s are in ${name}`;
  }),
  source: command(Text, async ({ control, sight }, source, path) => {
    oneOf(
      source,
      sight()
        .sources.filter(({ builtIn }) => !builtIn)
        .map(({ name }) => name),
    );
    const { restart } = await control.changeSettings({ [`mount.${path}.source`]: source });
    if (restart.length === 0) return undefined;
    await control.restartProgram();
    return 'Pipit starts again for that';
  }),
};

/**
 * Carries out what a path such as `source/mic/gain_db` asks for.
 * @returns what the sender should know besides that it was done
 * @throws Refusal for what is not allowed, and what the station's control throws
 */
export async function runCommand(path: string, text: string, deps: CommandDeps): Promise<string | undefined> {
  const parts = path.split('/');
  const [first = '', second = '', third = ''] = parts;
  if (parts.length === 1) return known(STATION, first)(deps, text, '');
  const { sources, cameras, mounts } = deps.sight();
  if (parts.length === 3 && first === 'source') {
    return known(SOURCE, third)(
      deps,
      text,
      nameOf(
        sources.map(({ name }) => name),
        second,
      ),
    );
  }
  if (parts.length === 3 && first === 'camera') {
    return known(CAMERA, third)(
      deps,
      text,
      nameOf(
        cameras.map(({ name }) => name),
        second,
      ),
    );
  }
  if (parts.length === 3 && first === 'mount') {
    return known(MOUNT, third)(
      deps,
      text,
      nameOf(
        mounts.map((mount) => mount.path),
        second,
      ),
    );
  }
  throw unknown();
}

/** Why something is not done, as a sentence for whoever asked. */
export class Refusal extends Error {}

function command<T>(
  value: v.GenericSchema<string, T>,
  run: (deps: CommandDeps, value: T, name: string) => unknown,
): Command {
  return async (deps, text, name) => {
    const checked = v.safeParse(value, text);
    if (!checked.success) throw new Refusal(checked.issues[0].message);
    const note = await run(deps, checked.output, name);
    return typeof note === 'string' ? note : undefined;
  };
}

/** Of those that the table has itself: `constructor` is none. */
function known(commands: Readonly<Record<string, Command>>, name: string): Command {
  const spec = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (spec === undefined) throw unknown();
  return spec;
}

function numberBetween(min: number, max: number) {
  const asked = `send a number from ${min} to ${max}`;
  return v.pipe(
    v.string(),
    v.regex(/^[+-]?\d{1,6}(?:\.\d{1,6})?$/, asked),
    v.transform(Number),
    v.minValue(min, asked),
    v.maxValue(max, asked),
  );
}

async function set(control: StationControl, key: string, value: string | number): Promise<string | undefined> {
  const { restart } = await control.changeSettings({ [key]: value });
  return restart.length === 0 ? undefined : `this takes effect at the next start: ${restart.join(', ')}`;
}

function oneOf<T extends string | number>(value: T, choices: readonly T[]): void {
  if (!choices.includes(value)) throw new Refusal(`send one of ${choices.join(', ')}`);
}

function nameOf(names: readonly string[], asTopic: string): string {
  const name = names.find((each) => topicName(each) === asTopic);
  if (name === undefined) throw new Refusal(`there is none of that name: ${names.map(topicName).join(', ') || 'none'}`);
  return name;
}

function unknown(): Refusal {
  return new Refusal('there is no such command');
}
