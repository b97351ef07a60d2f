import { glob, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Files of Debian's packages that nobody reaches on the image. Patterns as of `fs.glob`, below the root. */
interface Unneeded {
  readonly why: string;
  readonly files: readonly string[];
  readonly but?: RegExp;
}

/**
 * Wi-Fi chips of the Raspberry Pis: Zero W and 3 B, Zero 2 W, 3 A+ to 5, 400. Debian has none of 43436 (43430b0) and 43456:
 * see docs/sound-cards.md.
 */
const PI_WIFI = /(43430|43436s?|43455|43456)/;

const UNNEEDED: readonly Unneeded[] = [
  {
    why: 'packages are not installed on a read-only system; what is installed stays written in dpkg/status',
    files: [
      'usr/bin/{dpkg*,apt*,debconf*,dselect,update-alternatives,deb-systemd-*,ucf*,lcf}',
      'usr/sbin/{dpkg*,update-passwd,invoke-rc.d,update-rc.d,service,add-shell,remove-shell,update-shells}',
      'usr/lib/{dpkg,apt,ucf}',
      'usr/share/{dpkg,debconf,debianutils,ucf,lintian,bug,perl5,bash-completion,zsh,fish,menu,doc-base}',
      'usr/share/{xml,sgml,sgml-base,xml-core,common-licenses.d,pixmaps,applications,gdb,gcc}',
      'etc/{apt,dpkg,debconf.conf,alternatives/README,cron.*,init.d,rc*.d,sgml,xml,ucf.conf}',
      'var/lib/dpkg/{info,alternatives,triggers,updates,parts,*-old,lock*,diversions*,statoverride*}',
      'var/lib/{apt,ucf,sgml-base,xml-core,python,pam}',
      'var/{cache,log,backups,tmp}/*',
    ],
  },
  {
    why: 'only maintainer scripts are written in Perl',
    files: ['usr/bin/perl*', 'usr/lib/*-linux-gnu/perl*', 'usr/share/perl*'],
  },
  {
    why: 'character sets other than those that FAT names and old files use',
    files: ['usr/lib/*-linux-gnu/gconv/*.so', 'usr/lib/*-linux-gnu/gconv/gconv-modules.cache'],
    but: /\/(UTF-(7|16|32)|ISO8859-1|ISO8859-15|CP1252|IBM437|UNICODE)\.so$/,
  },
  {
    why: 'names of devices that nobody is shown, 20 MB',
    files: ['usr/lib/udev/hwdb.d/*'],
    but: /\/(60-autosuspend[^/]*|70-analyzers|70-cameras)\.hwdb$/,
  },
  { why: 'made again from what is left', files: ['usr/lib/udev/hwdb.bin', 'etc/udev/hwdb.bin'] },
  { why: 'firmware of other machines', files: ['usr/lib/firmware/{brcm,cypress}/*'], but: PI_WIFI },
  { why: 'speech samples', files: ['usr/share/sounds', 'usr/share/alsa/{speaker-test,init}'] },
  {
    why: 'tests sound cards by Fourier transform, with a library of its own',
    files: ['usr/{bin,sbin}/alsabat*', 'usr/lib/*-linux-gnu/libfftw3f*'],
  },
  {
    why: 'tools for makers of drivers, and libraries that only they use',
    files: [
      'usr/bin/{iwmon,v4l2-compliance,cec-*,rdma,localedef,ssh-keyscan,ssh-add,ssh-agent}',
      'usr/{bin,sbin}/{alsaloop,arpd}',
      'usr/lib/*-linux-gnu/{libsamplerate.so*,libdb-5.3.so,security/pam_userdb.so,sasl2/libsasldb.so*}',
    ],
  },
  {
    why: 'mixers are set by Pipit itself; what alsactl would restore is lost with the memory',
    files: [
      'usr/lib/udev/rules.d/90-alsa-restore.rules',
      'usr/lib/systemd/system/alsa-*.service',
      'usr/lib/systemd/system/*.wants/alsa-*',
    ],
  },
  {
    why: 'no terminal but those of today',
    files: ['usr/share/terminfo/*/*', 'usr/lib/terminfo/*/*'],
    but: /\/(linux|xterm|xterm-256color|screen|screen-256color|tmux|tmux-256color|vt100|vt220|dumb|ansi)$/,
  },
  {
    why: 'the machine is itself the only one that knows its keys and its seed',
    files: ['etc/ssh/ssh_host_*', 'var/lib/systemd/random-seed'],
  },
  {
    why: 'generators: nothing of a PC, of encrypted disks or of System V is looked for at each start',
    files: [
      'usr/lib/systemd/system-generators/systemd-{bless-boot,cryptsetup,factory-reset,gpt-auto,hibernate-resume,import,integritysetup,rc-local,ssh,system-update,sysv,tpm2,veritysetup,getty}-generator',
    ],
  },
  {
    why: 'catalogue of explanations for journalctl -x',
    files: ['usr/lib/systemd/catalog/*', 'var/lib/systemd/catalog/*'],
  },
  {
    why: 'boot loaders for EFI',
    files: [
      'usr/lib/systemd/boot',
      'usr/bin/bootctl',
      'usr/lib/systemd/systemd-{measure,pcrlock,pcrextend,bless-boot}',
    ],
  },
];

/** Removes from a root what nobody reaches. */
export async function trimRoot(root: string): Promise<void> {
  for (const { files, but } of UNNEEDED) {
    for await (const file of glob([...files], { cwd: root })) {
      if (!but?.test(`/${file}`)) await rm(join(root, file), { recursive: true, force: true });
    }
  }
}
