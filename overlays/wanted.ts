/** What a merged device tree must say at one place. */
export interface Wanted {
  /** A label of the merged tree, `LABEL/child`, or a path in it. */
  readonly node: string;
  readonly property: string;
  /** As `fdtget` prints it; strings of a list are parted by blanks. `&LABEL` stands for that node's phandle. */
  readonly value: string;
}

const I2S: readonly Wanted[] = [
  { node: 'i2s', property: 'status', value: 'okay' },
  { node: 'i2s', property: '#sound-dai-cells', value: '0' },
  { node: 'i2s', property: 'dmas', value: '&dma 2 &dma 3' },
  { node: 'i2s', property: 'dma-names', value: 'tx rx' },
  { node: 'i2s', property: 'pinctrl-0', value: '&pcm_gpio18' },
  { node: '/pipit-sound', property: 'compatible', value: 'simple-audio-card' },
  { node: '/pipit-sound/simple-audio-card,cpu', property: 'sound-dai', value: '&i2s' },
  { node: '/pipit-sound/simple-audio-card,codec', property: 'sound-dai', value: '&pipit_codec' },
];

/** The clocks of bits and of frames come from there. */
const clockedBy = (label: string): readonly Wanted[] => [
  { node: '/pipit-sound', property: 'simple-audio-card,bitclock-master', value: `&${label}` },
  { node: '/pipit-sound', property: 'simple-audio-card,frame-master', value: `&${label}` },
];

/** The Pi gives the clock, 64 times a frame. */
const CLOCKED_BY_PI: readonly Wanted[] = [
  ...I2S,
  ...clockedBy('pipit_cpu'),
  { node: 'pipit_cpu', property: 'dai-tdm-slot-num', value: '2' },
  { node: 'pipit_cpu', property: 'dai-tdm-slot-width', value: '32' },
];

const led = (gpio: string): readonly Wanted[] => [
  { node: '/pipit-leds', property: 'compatible', value: 'gpio-leds' },
  { node: 'pipit_led', property: 'label', value: 'pipit:status' },
  { node: 'pipit_led', property: 'gpios', value: `&${gpio} 17 0` },
];

/** By overlay: what it must have brought about in each tree that it is merged with. */
export const WANTED: Readonly<Record<string, readonly Wanted[]>> = {
  'pipit-i2s-mic': [...CLOCKED_BY_PI, { node: 'pipit_codec', property: 'compatible', value: 'dmic-codec' }],
  'pipit-adau7002': [...CLOCKED_BY_PI, { node: 'pipit_codec', property: 'compatible', value: 'adi,adau7002' }],
  'pipit-i2s-dac': [...CLOCKED_BY_PI, { node: 'pipit_codec', property: 'compatible', value: 'ti,pcm5102a' }],
  'pipit-wm8960': [
    ...I2S,
    ...clockedBy('pipit_codec_link'),
    { node: 'i2c1', property: 'status', value: 'okay' },
    { node: 'i2c1/audio-codec@1a', property: 'compatible', value: 'wlf,wm8960' },
    { node: 'pipit_codec', property: 'clocks', value: '&pipit_mclk' },
    { node: 'pipit_mclk', property: 'clock-frequency', value: '24000000' },
  ],
  'pipit-led': led('gpio'),
  'pipit-led-pi5': led('rp1_gpio'),
  'pipit-buttons': [
    { node: 'gpio', property: 'pinctrl-0', value: '&pipit_pulls' },
    { node: 'pipit_pulls', property: 'brcm,pins', value: '27 22' },
    { node: 'pipit_pulls', property: 'brcm,pull', value: '2 2' },
  ],
};
