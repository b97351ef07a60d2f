import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What `amixer contents` says of a CM108 adapter, as it comes: shut, quiet, with automatic gain. */
export const CM108_CONTENTS = `numid=3,iface=MIXER,name='Mic Playback Switch'
  ; type=BOOLEAN,access=rw------,values=1
  : values=off
numid=4,iface=MIXER,name='Mic Playback Volume'
  ; type=INTEGER,access=rw---R--,values=1,min=0,max=32,step=0
  : values=20
  | dBminmax-min=-23.00dB,max=8.00dB
numid=7,iface=MIXER,name='Mic Capture Switch'
  ; type=BOOLEAN,access=rw------,values=1
  : values=off
numid=8,iface=MIXER,name='Mic Capture Volume'
  ; type=INTEGER,access=rw---R--,values=1,min=0,max=16,step=0
  : values=0
  | dBminmax-min=0.00dB,max=23.81dB
numid=9,iface=MIXER,name='Auto Gain Control'
  ; type=BOOLEAN,access=rw------,values=1
  : values=on
numid=5,iface=MIXER,name='Speaker Playback Switch'
  ; type=BOOLEAN,access=rw------,values=1
  : values=on
numid=6,iface=MIXER,name='Speaker Playback Volume'
  ; type=INTEGER,access=rw---R--,values=2,min=0,max=37,step=0
  : values=20,20
  | dBminmax-min=-37.00dB,max=0.00dB
numid=2,iface=PCM,name='Capture Channel Map'
  ; type=INTEGER,access=r----R--,values=1,min=0,max=36,step=0
  : values=0
  | container
    | chmap-fixed=MONO
numid=1,iface=PCM,name='Playback Channel Map'
  ; type=INTEGER,access=r----R--,values=2,min=0,max=36,step=0
  : values=0,0
  | container
    | chmap-fixed=FL,FR
`;

/** Some of what a WM8960 has, as its driver names it. */
export const WM8960_CONTENTS = `numid=1,iface=MIXER,name='Capture Volume'
  ; type=INTEGER,access=rw---R--,values=2,min=0,max=63,step=0
  : values=23,23
  | dBscale-min=-17.25dB,step=0.75dB,mute=0
numid=2,iface=MIXER,name='Capture Volume ZC Switch'
  ; type=INTEGER,access=rw------,values=2,min=0,max=1,step=0
  : values=0,0
numid=3,iface=MIXER,name='Capture Switch'
  ; type=BOOLEAN,access=rw------,values=2
  : values=off,on
numid=9,iface=MIXER,name='Left Input Boost Mixer LINPUT1 Volume'
  ; type=INTEGER,access=rw---R--,values=1,min=0,max=3,step=0
  : values=0
  | dBrange-
    rangemin=0,,rangemax=1
      | dBscale-min=0.00dB,step=13.00dB,mute=0
    rangemin=2,,rangemax=3
      | dBscale-min=20.00dB,step=9.00dB,mute=0

numid=20,iface=MIXER,name='ADC Polarity'
  ; type=ENUMERATED,access=rw------,values=1,items=4
  ; Item #0 'No Inversion'
  : values=0
numid=48,iface=MIXER,name='Left Boost Mixer LINPUT1 Switch'
  ; type=BOOLEAN,access=rw------,values=1
  : values=off
numid=50,iface=MIXER,name='Left Input Mixer Boost Switch'
  ; type=BOOLEAN,access=rw------,values=1
  : values=off
`;

/** A program in place of amixer, that answers with one text and keeps what it was asked. */
export class FakeAmixer implements Disposable {
  readonly #path = mkdtempSync(join(tmpdir(), 'pipit-amixer-'));
  readonly program = join(this.#path, 'amixer');
  /** Where nothing is kept, until a test writes it. */
  readonly stateFile = join(this.#path, 'asound.state');

  /** @param failing commands that it refuses, such as `cset` */
  constructor(contents = CM108_CONTENTS, failing = 'none') {
    writeFileSync(join(this.#path, 'contents'), contents);
    const script = `#!/bin/sh
echo "$*" >> '${this.#path}/asked'
case "$*" in
  *${failing}*) echo 'amixer: it does not work' >&2; exit 1;;
  *contents) cat '${this.#path}/contents';;
esac
`;
    writeFileSync(this.program, script);
    chmodSync(this.program, 0o755);
  }

  /** Its arguments, one line a run. */
  get asked(): string[] {
    const path = join(this.#path, 'asked');
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  }

  [Symbol.dispose](): void {
    rmSync(this.#path, { recursive: true, force: true });
  }
}
