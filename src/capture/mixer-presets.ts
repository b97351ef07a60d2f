import type { CaptureDevice } from './devices.ts';

/** What a control is set to: a switch, or a share of a volume's range in percent. */
export type Wish = boolean | number;

/** How the mixer of a kind of card is set for listening. */
export interface MixerPreset {
  /** For log and device list. */
  readonly name: string;
  /** The first that fits a control's name counts; a control that fits none is left alone. */
  readonly wishes: readonly (readonly [control: RegExp, wish: Wish])[];
}

/** Automatic gain makes quiet rooms noisy, and Pipit has its own (`auto_gain`); it is a switch without “Capture”. */
const NO_AUTOMATIC_GAIN = [/^(?:Mic )?(?:Auto(?:matic)? Gain Control|AGC)(?: Capture)?(?: Switch)?$/i, false] as const;
const OPEN = [/^(?:(?:Mic|Line|Headset|PCM|Input)\S* )*Capture Switch$/, true] as const;
const volume = (percent: number) => [/^(?:(?:Mic|Line|Headset|PCM|Input)\S* )*Capture Volume$/, percent] as const;

const microphone = (name: string, percent: number): MixerPreset => ({
  name,
  wishes: [NO_AUTOMATIC_GAIN, OPEN, volume(percent)],
});

/** Its knobs or the maker's own mixer are what sets it. */
const knobs = (name: string): MixerPreset => ({ name, wishes: [OPEN] });

/**
 * By USB vendor and product, both in lower case; a key without product stands for all that have no own. The numbers are
 * those of the USB ID database. Nobody has tried them all: the percentages leave room above loud speech.
 */
const BY_USB_ID: Readonly<Record<string, MixerPreset>> = {
  '0d8c:0005': microphone('Blue Snowball', 70),
  // CM108 and its kin, in most cheap adapters: 0 to 23.8 dB.
  '0d8c': microphone('C-Media', 60),
  '1b3f': microphone('Generalplus', 60),
  '0c76': microphone('JMTek', 60),
  '4c4a': microphone('Jieli', 60),
  '31b2': microphone('KTMicro', 60),
  '1415:2000': microphone('PlayStation Eye', 60),
  '046d:0ab7': microphone('Blue Yeti', 60),
  '046d': microphone('Logitech', 65),
  b58e: microphone('Blue Microphones', 60),
  '19f7': microphone('RØDE', 60),
  '17a0': microphone('Samson', 60),
  // TI PCM2900 to PCM2912: Behringer UCA202 and UCA222, many mixers. Line level, and most have no control at all.
  '08bb': knobs('TI PCM290x'),
  '1397': knobs('Behringer'),
  '1235': knobs('Focusrite'),
};

/** By the short name of a card that is not on USB: those of overlays/. */
const BY_NAME: readonly (readonly [name: RegExp, preset: MixerPreset])[] = [
  [
    /^wm8960/,
    {
      name: 'WM8960',
      // Nothing comes through until the way from the microphones is opened (sound/soc/codecs/wm8960.c).
      wishes: [
        [/^Left Boost Mixer LINPUT1 Switch$|^Right Boost Mixer RINPUT1 Switch$/, true],
        [/^(?:Left|Right) Input Mixer Boost Switch$/, true],
        [/^(?:Left|Right) Input Boost Mixer [LR]INPUT1 Volume$/, 34],
        [/^Capture Switch$/, true],
        [/^Capture Volume$/, 62],
        [/^ADC PCM Capture Volume$/, 76],
      ],
    },
  ],
];

/** Cards that nobody has tuned, on USB: what is shut is opened, nothing else. */
const ANY_USB = knobs('any USB card');

/** The preset of a card; undefined: there is none, and its mixer is left as it is. */
export function mixerPresetOf({ usbId, cardId }: Pick<CaptureDevice, 'usbId' | 'cardId'>): MixerPreset | undefined {
  if (usbId === undefined) return BY_NAME.find(([name]) => name.test(cardId))?.[1];
  const id = usbId.toLowerCase();
  return BY_USB_ID[id] ?? BY_USB_ID[id.slice(0, 4)] ?? ANY_USB;
}
