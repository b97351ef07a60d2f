/**
 * Debian packages of the image, each with its reason; what they depend on comes by itself, what they only recommend does
 * not. Pipit's own needs are in its .deb.
 */
export const PACKAGES: Readonly<Record<string, string>> = {
  'systemd-sysv': 'starts and watches everything',
  udev: 'finds sound cards, cameras and networks as they are plugged in',
  kmod: 'loads their drivers',
  dbus: 'how programs without privileges ask for reboot, updates and Wi-Fi',
  polkitd: 'says who may',
  'systemd-resolved': 'name resolution that follows the network',
  'systemd-timesyncd': 'time by NTP, kept over power cuts',
  'avahi-daemon': 'pipit.local',
  'libnss-mdns': 'finds homeassistant.local and the like',
  iwd: 'Wi-Fi, as a client and as an access point',
  'wireless-regdb': 'which channels a country allows',
  'firmware-brcm80211': 'what the Wi-Fi chips of all models run',
  iw: 'Wi-Fi facts for reports and tests',
  iproute2: 'ip and tc: facts for reports, bad networks for tests',
  'openssh-server': 'off, unless its owner gave a key',
  rauc: 'updates',
  'rauc-service': 'updates over D-Bus',
  'libubootenv-tool': 'fw_printenv and fw_setenv, by which RAUC chooses what U-Boot starts',
  e2fsprogs: 'mends and grows /data',
  dosfstools: 'mends the FAT partition',
  fdisk: 'sfdisk grows the partition of /data',
  'alsa-utils': 'mixer of sound cards, and what a user is asked to try',
  'v4l-utils': 'the same for cameras',
  gpiod: 'the same for pins',
  'ca-certificates': 'whom HTTPS downloads of updates trust',
  tzdata: 'time zones',
  'nano-tiny': 'an editor for those who come by SSH',
};
