import type { Arch } from '../recipe.ts';

/** Kernel modules that the image keeps for one purpose. What they depend on comes by itself. */
export interface ModuleGroup {
  readonly why: string;
  /** Other machines do not have these. */
  readonly only?: Arch;
  /** Also in the initrd: found and loaded before there is a root. */
  readonly early?: true;
  readonly names: readonly string[];
}

/**
 * All modules of the image. A name that the kernel has built in may stay here; one that it does not know is an error, so
 * that a newer kernel cannot lose a driver unnoticed.
 */
export const MODULES: readonly ModuleGroup[] = [
  {
    why: 'the root: a squashfs under a tmpfs; and /data, from where the initrd reads the machine id',
    early: true,
    names: ['squashfs', 'overlay', 'ext4'],
  },
  {
    why: 'SD card of Zero 2 W and 3 (sdhost), 4 (emmc2 with its voltage switch), 5 (behind its own pin controller)',
    early: true,
    only: 'arm64',
    names: [
      'bcm2835',
      'sdhci-iproc',
      'sdhci-brcmstb',
      'fixed',
      'gpio-regulator',
      'gpio-brcmstb',
      'pinctrl-brcmstb-bcm2712',
    ],
  },
  {
    why: 'disks on USB: hosts of Zero 2 W and 3 (dwc2), 4 (PCIe) and 5 (behind RP1)',
    early: true,
    only: 'arm64',
    names: [
      'dwc2',
      'phy-generic',
      'reset-raspberrypi',
      'irq-bcm2712-mip',
      'rp1_pci',
      'clk-rp1',
      'pinctrl-rp1',
      'dwc3',
      'xhci-plat-hcd',
      'virtio_mmio',
    ],
  },
  {
    why: 'disks on USB and PCIe, and those of a virtual machine',
    early: true,
    names: ['xhci-pci', 'xhci-pci-renesas', 'usb-storage', 'uas', 'sd_mod', 'nvme', 'virtio_blk', 'virtio_scsi'],
  },
  {
    why: 'Ethernet on the board: 3 (USB), 4 and 5 (macb in RP1)',
    only: 'arm64',
    names: ['smsc95xx', 'lan78xx', 'microchip', 'genet', 'mdio-bcm-unimac', 'macb', 'broadcom', 'bcm7xxx'],
  },
  {
    why: 'Ethernet adapters and phones on USB',
    names: ['r8152', 'asix', 'ax88179_178a', 'cdc_ether', 'cdc_ncm', 'rndis_host'],
  },
  {
    why: 'Wi-Fi on the board; what its chip is told comes as firmware',
    names: ['brcmfmac', 'brcmfmac-wcc', 'brcmfmac-cyw', 'rfkill'],
  },
  {
    why: 'ciphers that iwd asks the kernel for (its README names them)',
    names: [
      'algif_hash',
      'algif_skcipher',
      'algif_aead',
      'ccm',
      'ctr',
      'cmac',
      'gcm',
      'md4',
      'des_generic',
      'pkcs8_key_parser',
    ],
  },
  {
    why: 'the same in hardware, where the processor can',
    only: 'arm64',
    names: ['aes-ce-blk', 'aes-ce-ccm', 'aes-neon-bs'],
  },
  { why: 'cameras and microphones on USB', names: ['uvcvideo', 'snd-usb-audio', 'hid-cmedia'] },
  {
    why: 'sound cards on I2S, and the bus that sets them up',
    only: 'arm64',
    names: [
      'snd-soc-bcm2835-i2s',
      'snd-soc-simple-card',
      'snd-soc-audio-graph-card',
      'snd-soc-dmic',
      'snd-soc-spdif-rx',
      'snd-soc-spdif-tx',
      'snd-soc-pcm5102a',
      'snd-soc-simple-amplifier',
      'snd-soc-max98357a',
      'snd-soc-adau7002',
      'snd-soc-wm8731-i2c',
      'snd-soc-wm8804-i2c',
      'snd-soc-sgtl5000',
      'snd-soc-wm8960',
      'i2c-bcm2835',
    ],
  },
  { why: 'the headphone socket of 3 and 4', only: 'arm64', names: ['snd-bcm2835'] },
  {
    why: 'lights and buttons; the pins of 0 to 4 are built in, those of 5 are above',
    names: ['leds-gpio', 'ledtrig-timer', 'ledtrig-default-on', 'gpio-keys', 'evdev', 'usbhid', 'hid-generic'],
  },
  {
    why: 'fans on a pin, on the Pi 5 and on Power-over-Ethernet boards',
    only: 'arm64',
    names: ['gpio-fan', 'pwm-fan', 'pwm-bcm2835', 'pwm-raspberrypi-poe'],
  },
  {
    why: 'clocks on I2C that people add, and i2c-dev to look for what answers',
    only: 'arm64',
    names: ['i2c-dev', 'rtc-ds1307', 'rtc-pcf85063', 'rtc-pcf8523'],
  },
  {
    why: 'temperature, speed of the processor, randomness, watchdog',
    only: 'arm64',
    names: [
      'bcm2835_thermal',
      'bcm2711_thermal',
      'raspberrypi-cpufreq',
      'cpufreq_ondemand',
      'bcm2835-rng',
      'iproc-rng200',
      'bcm2835_wdt',
      'nvmem-rmem',
    ],
  },
  { why: 'compressed swap in memory', names: ['zram'] },
  {
    why: 'the FAT partition with the settings, as mkfs.fat and the card writers make it',
    names: ['vfat', 'nls_cp437', 'nls_ascii', 'nls_iso8859-1', 'nls_utf8'],
  },
  { why: 'mounting when it is asked for', names: ['autofs4'] },
  {
    why: 'RAUC: a bundle is a loop device under dm-verity, or comes by HTTP through nbd',
    names: ['loop', 'dm-mod', 'dm-verity', 'nbd'],
  },
  { why: 'a virtual machine: network, randomness, memory', names: ['virtio_net', 'virtio-rng', 'virtio_balloon'] },
  { why: 'hardware tests: a watchdog that an emulator has', only: 'amd64', names: ['i6300esb'] },
  {
    why: 'hardware tests: a sound card, camera, pins, radios and a bad network that are not there',
    names: [
      'vhci-hcd',
      'snd-aloop',
      'vivid',
      'gpio-sim',
      'configfs',
      'mac80211_hwsim',
      'sch_netem',
      'sch_tbf',
      'veth',
      'dummy',
    ],
  },
];
