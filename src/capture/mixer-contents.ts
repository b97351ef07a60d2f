/** A control of a card's mixer. */
export interface MixerControl {
  /** What `amixer cset numid=…` takes. */
  readonly numid: number;
  readonly name: string;
  readonly type: 'BOOLEAN' | 'INTEGER';
  readonly isWritable: boolean;
  /** Of integers. */
  readonly min: number;
  readonly max: number;
  /** One a channel; of switches 0 and 1. */
  readonly values: readonly number[];
}

/** No card has more. */
const MAX_CONTROLS = 512;

/**
 * The switches and volumes in what `amixer contents` prints (alsa-utils, amixer/amixer.c): for each control a line with
 * its number and name, one that begins with `;` and tells its type, and one that begins with `:` and has its values.
 * Lists, byte strings and what is not a control of the mixer are left out.
 */
export function parseMixerContents(text: string): MixerControl[] {
  const controls: MixerControl[] = [];
  for (const block of text.split(/^(?=numid=)/m).slice(0, MAX_CONTROLS)) {
    const head = /^numid=(\d+),iface=MIXER,name='(.*?)'(?:,index=\d+)?\s*$/m.exec(block);
    const about = /^\s*;\s*type=(BOOLEAN|INTEGER),access=(\S{2})\S*,values=\d+(?:,min=(-?\d+),max=(-?\d+))?/m.exec(
      block,
    );
    const values = /^\s*: values=(.*)$/m.exec(block)?.[1];
    if (head === null || about === null || values === undefined) continue;
    const [, numid = '', name = ''] = head;
    const [, type, access = '', min = '0', max = '1'] = about;
    controls.push({
      numid: Number(numid),
      name,
      type: type === 'BOOLEAN' ? 'BOOLEAN' : 'INTEGER',
      isWritable: access.startsWith('rw'),
      min: Number(min),
      max: Number(max),
      values: values.split(',').map((value) => (value === 'on' ? 1 : value === 'off' ? 0 : Number(value))),
    });
  }
  return controls;
}
