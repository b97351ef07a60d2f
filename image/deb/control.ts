import type { Arch } from '../recipe.ts';

/** Who answers for the package. */
export const MAINTAINER = 'The Pipit authors <pipit@pipit.invalid>';

/** Node's and the packages' own needs, as `readelf` tells them; OpenFile= is systemd's since 253. */
const DEPENDS = [
  'libc6 (>= 2.34)',
  'libgcc-s1',
  'libstdc++6 (>= 11)',
  'systemd (>= 253)',
  'alsa-utils',
  'ca-certificates',
  'iproute2',
  'v4l-utils',
];
const RECOMMENDS = ['avahi-daemon', 'iw', 'polkitd', 'udev'];
const SUGGESTS = ['iwd | network-manager', 'rauc', 'rpicam-apps'];

export interface ControlInput {
  readonly version: string;
  readonly arch: Arch;
  /** Of what is installed, in KiB (deb-control(5), Installed-Size). */
  readonly installedKiB: number;
}

/** A version of npm (2.0.0-rc.1) as Debian sorts it: what comes before a release stands before it. */
export function debianVersion(version: string): string {
  return version.replace('-', '~');
}

/** The file DEBIAN/control: deb-control(5). */
export function renderControl({ version, arch, installedKiB }: ControlInput): string {
  return `Package: pipit
Version: ${debianVersion(version)}
Architecture: ${arch}
Maintainer: ${MAINTAINER}
Installed-Size: ${installedKiB}
Depends: ${DEPENDS.join(', ')}
Recommends: ${RECOMMENDS.join(', ')}
Suggests: ${SUGGESTS.join(', ')}
Section: sound
Priority: optional
Description: sound and pictures for the whole LAN
 Pipit records a microphone and cameras and serves them to any number of
 listeners and viewers: a page at port 8001, streams as MP3, AAC, Opus and
 FLAC, MJPEG and WebSocket pictures, an API, and Home Assistant over MQTT.
 .
 Node.js and the npm packages that it takes are part of this package.
`;
}

/** The file changelog.gz before it is packed: deb-changelog(5). */
export function renderChangelog(version: string, epoch: number): string {
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  return `pipit (${debianVersion(version)}) stable; urgency=medium

  * Version ${version}. What changed is told in CHANGELOG.md.gz.

 -- ${MAINTAINER}  ${date}
`;
}
