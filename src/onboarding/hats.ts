/** What can be put on the 40-pin header, by the name that `hat` in pipit.txt has for it. */
export interface Hat {
  /** One line for a list. */
  readonly about: string;
  /** Other names that people know it by. */
  readonly aliases: readonly string[];
  /** Line of config.txt for the models before the Pi 5; its overlay is one of the folder overlays/. */
  readonly line: string;
  /** The same for a Pi 5, whose pins hang on another chip; none where nothing of it works there. */
  readonly linePi5?: string;
  /** It takes the I²S pins: only one such at a time. */
  readonly isSoundCard: boolean;
}

/** All that are known; overlays/README.md has the same table. */
export const HATS: Readonly<Record<string, Hat>> = {
  'i2s-mic': {
    about: 'I²S MEMS microphone, one or two (INMP441, ICS-43434, SPH0645LM4H)',
    aliases: ['inmp441', 'ics-43434', 'ics43434', 'sph0645', 'sph0645lm4h'],
    line: 'dtoverlay=pipit-i2s-mic',
    isSoundCard: true,
  },
  adau7002: {
    about: 'PDM microphones behind an ADAU7002 (Pirate Audio Dual Mic)',
    aliases: ['pirate-audio-dual-mic', 'dual-mic'],
    line: 'dtoverlay=pipit-adau7002',
    isSoundCard: true,
  },
  wm8960: {
    about: 'WM8960 with microphones (Waveshare WM8960 Audio HAT, ReSpeaker 2-Mics v1)',
    aliases: ['waveshare-wm8960', 'respeaker-2-mics', 'respeaker-2mic'],
    line: 'dtoverlay=pipit-wm8960',
    isSoundCard: true,
  },
  'i2s-dac': {
    about: 'DAC that only plays (PCM5102A)',
    aliases: ['pcm5102a', 'pcm5102', 'hifiberry-dac'],
    line: 'dtoverlay=pipit-i2s-dac',
    isSoundCard: true,
  },
  led: {
    about: 'status LED on GPIO 17, from the start of the kernel on',
    aliases: ['status-led'],
    line: 'dtoverlay=pipit-led',
    linePi5: 'dtoverlay=pipit-led-pi5',
    isSoundCard: false,
  },
  buttons: {
    about: 'pull-ups for a button on GPIO 27 and a contact on GPIO 22',
    aliases: ['button'],
    line: 'dtoverlay=pipit-buttons',
    linePi5: 'gpio=22,27=ip,pu',
    isSoundCard: false,
  },
};
