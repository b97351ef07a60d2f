import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatTrouble } from './card-settings.ts';
import { IMAGER_NOTE, type ImagerFile, readImagerFiles } from './imager-files.ts';

const test = suite('files of Raspberry Pi Imager');

const PSK = '0ff4f8475ef1589f33481509d95030d2eda13a48e7c8348606a31f8f798617bb';
const KEY = `ssh-ed25519 ${Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.alloc(36, 9)]).toString('base64')} anna`;

const read = (files: Partial<Record<ImagerFile, string>>) =>
  readImagerFiles(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])));

test('Imager 2 names the network, the country, the machine, a user and a key', () => {
  const { settings, troubles, notes } = read({
    'meta-data': 'instance-id: rpi-imager-1760000000000\n',
    'user-data': `#cloud-config
hostname: kitchen
manage_etc_hosts: true
packages:
- avahi-daemon
apt:
  conf: |
    Acquire {
      Check-Date "false";
    };
timezone: Europe/Berlin
keyboard:
  model: pc105
  layout: "de"
user:
  name: anna
  shell: /bin/bash
  lock_passwd: true
  sudo: null
  ssh_authorized_keys:
    - "${KEY}"
ssh_pwauth: false
runcmd:
  - [ systemctl, enable, --now, ssh ]
`,
    'network-config': `network:
  version: 2
  ethernets:
    eth0:
      dhcp4: true
      dhcp6: true
      optional: true
  wifis:
    wlan0:
      dhcp4: true
      regulatory-domain: "DE"
      access-points:
        "Home \\"5G\\"":
          hidden: true
          password: "${PSK}"
      optional: true
`,
  });
  assert.equal(troubles.map(formatTrouble), []);
  assert.equal(settings, {
    wifi: { ssid: 'Home "5G"', password: PSK, isHidden: true },
    country: 'DE',
    hostname: 'kitchen',
    timeZone: 'Europe/Berlin',
    sshKeys: [KEY],
    user: 'anna',
  });
  assert.is(notes.length, 1);
});

test('Imager 1 puts networks at the top, the renderer among the interfaces and the country into a command', () => {
  const { settings } = read({
    'user-data': `#cloud-config
users:
- name: pi
  groups: users,adm,sudo
  shell: /bin/bash
  lock_passwd: true
  ssh_authorized_keys:
    - ${KEY}
  sudo: ALL=(ALL) NOPASSWD:ALL

runcmd:
- sed -i 's/^\\s*REGDOMAIN=\\S*/REGDOMAIN=NO/' /etc/default/crda || true
- localectl set-x11-keymap "no" pc105
`,
    'network-config': `version: 2
wifis:
  renderer: networkd
  wlan0:
    dhcp4: true
    optional: true
    access-points:
      "12345678":
        password: "${PSK}"
`,
  });
  assert.equal(settings, {
    wifi: { ssid: '12345678', password: PSK, isHidden: false },
    sshKeys: [KEY],
    user: 'pi',
    country: 'NO',
  });
});

test('an open network, a country without a network, and a password by hand', () => {
  const open = `network:
  wifis:
    wlan0:
      access-points:
        Guests:
          auth:
            key-management: none
`;
  assert.equal(read({ 'network-config': open }).settings, { wifi: { ssid: 'Guests', password: '', isHidden: false } });
  const cmdline = 'console=tty1 root=PARTUUID=50495054-05 cfg80211.ieee80211_regdom=GB ds=nocloud;i=rpi-imager-1';
  assert.equal(read({ 'cmdline.txt': cmdline }).settings, { country: 'GB' });
  const byHand = 'wifis: {wlan0: {access-points: {Home: {auth: {key-management: psk, password: 01234567}}}}}';
  assert.equal(read({ 'network-config': byHand }).settings.wifi?.password, '01234567');
});

test('a password for SSH opens nothing, and that is said', () => {
  const { settings, notes, troubles } = read({
    'user-data': `#cloud-config
user:
  name: anna
  lock_passwd: false
  passwd: "$5$salt$hash"
ssh_pwauth: true
`,
  });
  assert.equal(settings, {});
  assert.equal(troubles, []);
  assert.match(notes.join(), /SSH stays off/);
  assert.not.match(notes.join(), /hash/);
});

test('what is wrong is told without a secret, and the rest counts', () => {
  const { settings, troubles } = read({
    'user-data': `hostname: "my kitchen!"
timezone: Europe/Berlin
user: {name: daemon, ssh_authorized_keys: ["ssh-rsa AAAAB3...key1", "${KEY}"]}
`,
    'network-config': 'network:\n  wifis:\n   wlan0:\n    access-points:\n     "a\\qb": {password: "topsecret"}\n',
    'firstrun.sh': '#!/bin/sh\necho topsecret\n',
  });
  assert.equal(settings, { timeZone: 'Europe/Berlin', sshKeys: [KEY] });
  assert.equal(troubles.map(({ file }) => file).sort(), [
    'firstrun.sh',
    'network-config',
    'user-data',
    'user-data',
    'user-data',
  ]);
  assert.not.match(JSON.stringify(troubles), /topsecret/);
  const enterprise = 'wifis: {wlan0: {access-points: {Work: {auth: {key-management: eap, password: topsecret}}}}}';
  assert.equal(read({ 'network-config': enterprise }).settings, {});
  const missing = 'wifis: {wlan0: {access-points: {Home: {auth: {key-management: psk}}}}}';
  assert.equal(read({ 'network-config': missing }).settings, {});
  const short = 'wifis: {wlan0: {access-points: {Work: {password: short}}}}';
  assert.equal(read({ 'network-config': short }).settings, {});
});

test('templates of other systems and the note that is left say nothing', () => {
  const template = '# network:\n#   version: 2\n# wifis:\n';
  const none = { settings: {}, troubles: [], notes: [] };
  assert.equal(read({ 'user-data': '#cloud-config\n', 'network-config': template, 'meta-data': '' }), none);
  assert.equal(read({ 'user-data': IMAGER_NOTE, 'network-config': IMAGER_NOTE }), none);
  assert.equal(read({}), none);
});

test('nothing makes it fail', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x]\n${['b', 'c', 'd', 'e', 'f', 'g', 'h'].map((k, i) => `${k}: &${k} [${Array(8).fill(`*${'abcdefgh'[i]}`).join()}]`).join('\n')}\n`;
  assert.is(read({ 'user-data': bomb }).troubles.length, 1);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.jsonValue(), (text, value) => {
      read({ 'user-data': text, 'network-config': text });
      const json = JSON.stringify(value);
      read({ 'user-data': `user: ${json}\nusers: ${json}\nruncmd: ${json}\nhostname: ${json}` });
      read({
        'network-config': `wifis: {wlan0: {access-points: {x: ${json}}, regulatory-domain: ${json}}, y: ${json}}`,
      });
    }),
  );
});

test.run();
