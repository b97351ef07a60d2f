/** Something that can be set at a camera. */
export interface V4l2Control {
  /** As `v4l2-ctl` writes it: `exposure_time_absolute`. */
  readonly name: string;
  /** `int`, `bool`, `menu`, `button` and others. */
  readonly type: string;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly step: number | undefined;
  readonly defaultValue: string | undefined;
  readonly value: string | undefined;
  /** It does nothing at present, as a manual value beside an automatic one. */
  readonly isInactive: boolean;
  /** What the numbers of a menu mean. */
  readonly menu: ReadonlyMap<number, string>;
}

/** A control and its value, as they are given to `v4l2-ctl --set-ctrl`. */
export interface ControlChange {
  readonly name: string;
  readonly value: string;
}

/** What is to be set, in order, and what cannot be, as sentences. */
export interface ControlPlan {
  readonly changes: readonly ControlChange[];
  readonly warnings: readonly string[];
}

/** `brightness 0x00980900 (int)    : min=0 max=255 step=1 default=128 value=128 flags=slider` */
const CONTROL = /^\s*([a-z0-9_]+) 0x[0-9a-f]+ \(([^)]+)\)\s*:\s*(.*)$/;
const MENU_ENTRY = /^\s+(\d+): (.*)$/;

/** Reads what `v4l2-ctl --list-ctrls-menus` writes; lines that it does not understand are passed over. */
export function parseV4l2Controls(text: string): V4l2Control[] {
  const controls: (V4l2Control & { menu: Map<number, string> })[] = [];
  for (const line of text.split('\n')) {
    const [, name, type, rest = ''] = CONTROL.exec(line) ?? [];
    const entry = MENU_ENTRY.exec(line);
    if (name !== undefined && type !== undefined) {
      const number = (key: string): number | undefined => {
        const found = new RegExp(`\\b${key}=(-?\\d+)`).exec(rest)?.[1];
        return found === undefined ? undefined : Number(found);
      };
      const word = (key: string): string | undefined => new RegExp(`\\b${key}=(\\S+)`).exec(rest)?.[1];
      controls.push({
        name,
        type,
        min: number('min'),
        max: number('max'),
        step: number('step'),
        defaultValue: word('default'),
        value: word('value'),
        isInactive: /flags=.*\binactive\b/.test(rest),
        menu: new Map(),
      });
    } else if (entry !== null) {
      controls.at(-1)?.menu.set(Number(entry[1]), (entry[2] ?? '').trim());
    }
  }
  return controls;
}

/**
 * What to do for settings like `focus_absolute=30`. What switches something automatic comes first: as long as that is
 * on, cameras refuse the value it governs.
 *
 * @param known undefined when nothing is known of the camera: then everything is tried
 */
export function planControls(settings: readonly string[], known: readonly V4l2Control[] | undefined): ControlPlan {
  const changes: ControlChange[] = [];
  const warnings: string[] = [];
  for (const setting of settings) {
    const [name = '', value = ''] = splitAt(setting, '=');
    const control = known?.find((candidate) => candidate.name === name);
    const warning =
      known !== undefined && control === undefined ? unknown(name, known) : control && unfit(control, value);
    if (warning === undefined) changes.push({ name, value });
    else warnings.push(warning);
  }
  const isManual = ({ name }: ControlChange): number => Number(!/auto/.test(name));
  return { changes: changes.sort((a, b) => isManual(a) - isManual(b)), warnings };
}

function unfit({ name, type, min, max, menu }: V4l2Control, value: string): string | undefined {
  if (!['int', 'int64', 'bool', 'menu', 'intmenu'].includes(type)) return undefined;
  const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
  const lowest = type === 'bool' ? 0 : (min ?? Number.NEGATIVE_INFINITY);
  const highest = type === 'bool' ? 1 : (max ?? Number.POSITIVE_INFINITY);
  if (number >= lowest && number <= highest && (menu.size === 0 || menu.has(number))) return undefined;
  const entries = [...menu].map(([entry, label]) => `${entry} (${label})`).join(', ');
  return `the camera's control ${name} can't be "${value}": it takes ${entries || `${lowest} to ${highest}`}`;
}

function unknown(name: string, known: readonly V4l2Control[]): string {
  const names = known.map((control) => control.name).join(', ');
  return `the camera has no control "${name}": it has ${names || 'none'}`;
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
