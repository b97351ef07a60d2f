import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { V4l2Roots } from './v4l2-devices.ts';

/** A node in /dev as the kernel and v4l2-ctl would show it. */
export interface FakeNode {
  readonly name: string;
  /** Its place among the nodes of its device; 0 when left out. */
  readonly index?: number;
  readonly usbPath?: string;
  readonly usbId?: string;
  /** `Device Caps`; `Video Capture` and what goes with it when left out. */
  readonly caps?: readonly string[];
  readonly formats?: string;
  readonly controls?: string;
  /** What v4l2-ctl says instead of an answer. */
  readonly complaint?: string;
  /** What v4l2-ctl says when a mode is set instead of that it was set, and its exit code. */
  readonly refusal?: readonly [text: string, exitCode: number];
  /** What it was set to in truth: lines of v4l2-ctl. */
  readonly setup?: string;
  /** A shell script that writes pictures; `$dir` is where `put` puts files. */
  readonly stream?: string;
  /** What v4l2-ctl says when it is to stream and does not write pictures to its output. */
  readonly diagnosis?: string;
}

/** Frames as `v4l2-ctl --stream-to-hdr` writes them. */
export function framed(...frames: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    frames.flatMap((frame) => {
      const header = Buffer.from('rdhV0000');
      header.writeUInt32BE(frame.length, 4);
      return [header, frame];
    }),
  );
}

/** The kernel's files of the given nodes under a temporary directory, and a v4l2-ctl that knows them. */
export class FakeCameras implements Disposable {
  readonly roots: V4l2Roots;
  readonly #path = mkdtempSync(join(tmpdir(), 'pipit-cameras-'));

  /** @param devices numbers of the nodes stand before them */
  constructor(nodes: Readonly<Record<number, FakeNode>>) {
    this.roots = {
      procRoot: join(this.#path, 'proc'),
      sysRoot: join(this.#path, 'sys'),
      devRoot: join(this.#path, 'dev'),
      v4l2Ctl: join(this.#path, 'v4l2-ctl'),
    };
    this.plug(nodes);
    this.#writeProgram();
  }

  /** The same, on a system without v4l2-ctl. */
  get withoutV4l2Ctl(): V4l2Roots {
    return { ...this.roots, v4l2Ctl: join(this.#path, 'nowhere', 'v4l2-ctl') };
  }

  /** What v4l2-ctl was told to set, in order. */
  get changes(): string[] {
    try {
      return readFileSync(join(this.#path, 'changes'), 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  }

  /** Everything that v4l2-ctl was asked, one line each. */
  get calls(): string[] {
    return readFileSync(join(this.#path, 'calls'), 'utf8').trim().split('\n');
  }

  /** Puts a file where the script of a node finds it; its path. */
  put(name: string, data: Uint8Array): string {
    const path = join(this.#path, name);
    writeFileSync(path, data);
    return path;
  }

  /** From now on these nodes are there. */
  plug(nodes: Readonly<Record<number, FakeNode>>): void {
    for (const root of ['proc', 'sys', 'dev', 'answers'])
      rmSync(join(this.#path, root), { recursive: true, force: true });
    mkdirSync(this.roots.devRoot);
    for (const [number, node] of Object.entries(nodes)) this.#plugOne(`video${number}`, node);
  }

  /** Makes `pid` have the node open. */
  open(pid: number, number: number): void {
    const link = join(this.#path, `proc/${pid}/fd/7`);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(this.roots.devRoot, `video${number}`), link);
  }

  [Symbol.dispose](): void {
    rmSync(this.#path, { recursive: true, force: true });
  }

  #plugOne(video: string, node: FakeNode): void {
    const { name, index = 0, usbPath, usbId = '', caps = ['Video Capture', 'Streaming', 'Extended Pix Format'] } = node;
    const usb = usbPath === undefined ? undefined : `sys/devices/usb1/1-1/${usbPath}`;
    const owner = usb === undefined ? 'sys/devices/platform/soc/camera' : `${usb}/${usbPath}:1.0`;
    if (usb !== undefined) {
      const [vendor, product] = usbId.split(':');
      this.#write(`${usb}/idVendor`, `${vendor}\n`);
      this.#write(`${usb}/idProduct`, `${product ?? ''}\n`);
    }
    mkdirSync(join(this.#path, owner), { recursive: true });
    this.#write(`sys/class/video4linux/${video}/name`, `${name}\n`);
    this.#write(`sys/class/video4linux/${video}/index`, `${index}\n`);
    symlinkSync(join(this.#path, owner), join(this.#path, `sys/class/video4linux/${video}/device`));
    this.#write(`answers/${video}/info`, infoOf(name, caps));
    this.#write(`answers/${video}/formats`, `ioctl: VIDIOC_ENUM_FMT\n\tType: Video Capture\n\n${node.formats ?? ''}`);
    this.#write(`answers/${video}/controls`, node.controls ?? '');
    const { refusal, setup, stream, diagnosis = '' } = node;
    if (refusal !== undefined) {
      this.#write(`answers/${video}/refusal`, `${refusal[0]}\n`);
      this.#write(`answers/${video}/refusal-code`, String(refusal[1]));
    }
    if (setup !== undefined) this.#write(`answers/${video}/setup`, setup);
    if (stream !== undefined) this.#write(`answers/${video}/stream`, `${stream}\n`);
    this.#write(`answers/${video}/diagnosis`, diagnosis);
    if (node.complaint !== undefined) this.#write(`answers/${video}/complaint`, `${node.complaint}\n`);
  }

  #writeProgram(): void {
    const script = `#!/bin/sh
dir='${this.#path}'
answers="$dir"/answers/$(basename "$2")
echo "$@" >> "$dir/calls"
if [ ! -d "$answers" ]; then echo "Cannot open device $2, exiting." >&2; exit 1; fi
if [ -f "$answers/complaint" ]; then cat "$answers/complaint" >&2; exit 1; fi
case "$3" in
  --info) cat "$answers/info" ;;
  --list-formats-ext) cat "$answers/formats" ;;
  --list-ctrls-menus) cat "$answers/controls" ;;
  --set-ctrl=zoom*) echo "VIDIOC_S_EXT_CTRLS: failed: Input/output error" >&2; exit 255 ;;
  --set-fmt-video=*)
    if [ -f "$answers/refusal" ]; then cat "$answers/refusal" >&2; exit $(cat "$answers/refusal-code"); fi
    if [ -f "$answers/setup" ]; then cat "$answers/setup"; exit; fi
    echo "$3 $4" | sed -n 's/.*width=\\([0-9]*\\),height=\\([0-9]*\\),pixelformat=\\(....\\).*/\\
\\tWidth\\/Height      : \\1\\/\\2\\n\\tPixel Format      : '"'\\3'"'\\n\\tBytes per Line    : 0/p'
    echo "$4" | sed -n 's/--set-parm=\\(.*\\)/\\tFrames per second: \\1 (1\\/1)/p' ;;
  --stream-mmap=*)
    if [ "$4" = --stream-count=1 ]; then cat "$answers/diagnosis" >&2; else . "$answers/stream"; fi ;;
  --set-ctrl=*) echo "\${3#--set-ctrl=}" >> '${this.#path}/changes' ;;
esac
`;
    writeFileSync(this.roots.v4l2Ctl, script);
    chmodSync(this.roots.v4l2Ctl, 0o755);
  }

  #write(path: string, text: string): void {
    const whole = join(this.#path, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  }
}

function infoOf(name: string, caps: readonly string[]): string {
  return `Driver Info:
	Driver name      : uvcvideo
	Card type        : ${name}
	Bus info         : usb-0000:01:00.0-1.2
	Driver version   : 6.12.25
	Capabilities     : 0x84a00001
		Video Capture
		Metadata Capture
		Streaming
		Extended Pix Format
		Device Capabilities
	Device Caps      : 0x04200001
${caps.map((cap) => `\t\t${cap}\n`).join('')}Media Driver Info:
	Driver name      : uvcvideo
	Model            : ${name}
`;
}

function discrete(size: string, ...rates: number[]): string {
  const intervals = rates.map((fps) => `\t\t\tInterval: Discrete ${(1 / fps).toFixed(3)}s (${fps.toFixed(3)} fps)\n`);
  return `\t\tSize: Discrete ${size}\n${intervals.join('')}`;
}

const WEBCAM_FORMATS = `	[0]: 'YUYV' (YUYV 4:2:2)
${discrete('640x480', 30, 24, 20, 15, 10, 7.5, 5)}${discrete('1280x720', 10, 7.5, 5)}${discrete('2304x1536', 2)}\
	[1]: 'MJPG' (Motion-JPEG, compressed)
${discrete('640x480', 30, 24, 15, 5)}${discrete('1280x720', 30, 24, 15, 5)}${discrete('1920x1080', 30, 24, 15, 5)}`;

const WEBCAM_CONTROLS = `
User Controls

                     brightness 0x00980900 (int)    : min=0 max=255 step=1 default=128 value=128
        white_balance_automatic 0x0098090c (bool)   : default=1 value=1
           power_line_frequency 0x00980918 (menu)   : min=0 max=2 default=2 value=2 (60 Hz)
				0: Disabled
				1: 50 Hz
				2: 60 Hz
      white_balance_temperature 0x0098091a (int)    : min=2000 max=6500 step=1 default=4000 value=4000 flags=inactive

Camera Controls

                  auto_exposure 0x009a0901 (menu)   : min=0 max=3 default=3 value=3 (Aperture Priority Mode)
				1: Manual Mode
				3: Aperture Priority Mode
         exposure_time_absolute 0x009a0902 (int)    : min=3 max=2047 step=1 default=250 value=250 flags=inactive
                   pan_absolute 0x009a0908 (int)    : min=-36000 max=36000 step=3600 default=0 value=0
                 focus_absolute 0x009a090a (int)    : min=0 max=250 step=5 default=0 value=0 flags=inactive
     focus_automatic_continuous 0x009a090c (bool)   : default=1 value=1
                  zoom_absolute 0x009a090d (int)    : min=100 max=500 step=1 default=100 value=100
`;

const VIVID_FORMATS = `	[0]: 'YUYV' (YUYV 4:2:2)
		Size: Discrete 320x180
			Interval: Stepwise 0.010s - 1.000s with step 0.010s (1.000-100.000 fps)
		Size: Discrete 1280x720
			Interval: Continuous 0.020s - 1.000s (1.000-50.000 fps)
	[1]: 'NV12' (Y/UV 4:2:0)
		Size: Stepwise 32x32 - 1920x1080 with step 8/8
	[2]: 'RG10' (10-bit Bayer RGRG/GBGB)
		Size: Discrete 1920x1080
	[3]: 'Y16 ' (16-bit Greyscale)
		Size: Continuous 16x16 - 640x480
`;

export const WEBCAM: FakeNode = {
  name: 'HD Pro Webcam C920',
  usbPath: '1-1.2',
  usbId: '046d:082d',
  formats: WEBCAM_FORMATS,
  controls: WEBCAM_CONTROLS,
};
/** The second node that each USB camera has, for what is said about pictures. */
export const WEBCAM_METADATA: FakeNode = {
  name: 'HD Pro Webcam C920',
  index: 1,
  usbPath: '1-1.2',
  usbId: '046d:082d',
  caps: ['Metadata Capture', 'Streaming', 'Extended Pix Format'],
};
/** The kernel's virtual camera. */
export const VIVID: FakeNode = { name: 'vivid-000-vid-cap', formats: VIVID_FORMATS };
/** Nodes of a Pi 4 that are no cameras for V4L2. */
export const CODEC: FakeNode = {
  name: 'bcm2835-codec-decode',
  caps: ['Video Memory-to-Memory Multiplanar', 'Streaming'],
};
export const ISP: FakeNode = { name: 'bcm2835-isp-capture0' };
export const CSI_SENSOR: FakeNode = {
  name: 'unicam-image',
  formats: "\t[0]: 'pRAA' (10-bit Bayer RGRG/GBGB Packed)\n",
};
/** An HDMI bridge where a sensor would be. */
export const CSI_BRIDGE: FakeNode = {
  name: 'unicam-image',
  formats: "\t[0]: 'UYVY' (UYVY 4:2:2)\n\t\tSize: Discrete 1280x720\n",
};
