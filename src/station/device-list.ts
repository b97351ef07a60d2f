import type { CameraList } from '../capture/camera/camera-devices.ts';
import type { CaptureDevice } from '../capture/devices.ts';
import type { NamedCamera, NamedSource } from '../config/settings.ts';
import type { CameraDeviceAnswer, DevicesAnswer, SoundDeviceAnswer } from '../web/device-schemas.ts';

/** What can be captured from. */
export interface PresentDevices {
  readonly sound: readonly CaptureDevice[];
  readonly cameras: CameraList;
}

/** Looks for them. What does that is loaded when it is first asked for: few ever ask. */
export async function findDevices(): Promise<PresentDevices> {
  const [{ listDevices }, { listCameras }] = await Promise.all([
    import('../capture/devices.ts'),
    import('../capture/camera/camera-devices.ts'),
  ]);
  const [sound, cameras] = await Promise.all([listDevices(), listCameras()]);
  return { sound, cameras };
}

/** The source that records from a device; undefined: none does. */
export async function sourceOnDevice(
  device: CaptureDevice,
  sound: readonly CaptureDevice[],
  sources: readonly NamedSource[],
): Promise<string | undefined> {
  const { resolveDevice } = await import('../capture/resolve-device.ts');
  const isOn = (setting: string): boolean => {
    try {
      return resolveDevice(setting, sound).device === device;
    } catch {
      return false;
    }
  };
  return sources.find(({ settings }) => settings.type === 'alsa' && isOn(settings.device))?.name;
}

/** The camera of the configuration that has a device: a node of V4L2, or the number of a CSI camera. */
export async function cameraOnDevice(
  device: string | number,
  { v4l2, csi }: CameraList,
  cameras: readonly NamedCamera[],
): Promise<string | undefined> {
  const { resolveV4l2Device } = await import('../capture/camera/v4l2-resolve.ts');
  const pathOf = (setting: string): string | undefined => {
    try {
      return resolveV4l2Device(setting, v4l2).path;
    } catch {
      return undefined;
    }
  };
  const first = v4l2[0]?.path ?? csi[0]?.index;
  return cameras.find(({ source }) => {
    if (source.type === 'v4l2') return pathOf(source.device) === device;
    if (source.type === 'rpicam') return source.index === device;
    return source.type === 'auto' && device === first;
  })?.name;
}

export interface ListInput extends PresentDevices {
  /** Of sources and cameras that have their device open now. */
  readonly sources: readonly NamedSource[];
  readonly openCameras: readonly NamedCamera[];
}

/** The list for the page, each with what to write into the configuration. */
export async function devicesAnswer({ sound, cameras, sources, openCameras }: ListInput): Promise<DevicesAnswer> {
  const { stableIdentities } = await import('../capture/devices.ts');
  const { mixerPresetOf } = await import('../capture/mixer-presets.ts');
  const { v4l2Identity } = await import('../capture/camera/v4l2-devices.ts');
  const soundAnswer = async (one: CaptureDevice): Promise<SoundDeviceAnswer> => {
    const [device = '', ...also] = stableIdentities(one);
    const inUseBy = await sourceOnDevice(one, sound, sources);
    const channels = one.modes.length === 0 ? null : Math.max(...one.modes.map((mode) => mode.channels));
    return {
      device,
      also,
      name: one.name,
      usb_port: one.usbPath ?? null,
      channels,
      mixer_preset: mixerPresetOf(one)?.name ?? null,
      in_use_by: inUseBy ?? null,
      in_use_elsewhere: inUseBy === undefined && one.ownerPid !== undefined,
    };
  };
  const v4l2Answer = async (one: CameraList['v4l2'][number]): Promise<CameraDeviceAnswer> => {
    const sizes = (one.formats ?? []).flatMap((format) =>
      format.sizes.map(({ width, height }) => [width.max, height.max] as const),
    );
    const [width, height] = largest(sizes);
    const inUseBy = await cameraOnDevice(one.path, cameras, openCameras);
    return {
      type: 'v4l2',
      device: v4l2Identity(one),
      index: null,
      name: one.name,
      usb_port: one.usbPath ?? null,
      width,
      height,
      in_use_by: inUseBy ?? null,
      in_use_elsewhere: inUseBy === undefined && one.owner !== undefined,
    };
  };
  const csiAnswer = async ({ index, model, modes }: CameraList['csi'][number]): Promise<CameraDeviceAnswer> => {
    const [width, height] = largest(modes.map((mode) => [mode.width, mode.height]));
    const inUseBy = await cameraOnDevice(index, cameras, openCameras);
    return {
      type: 'rpicam',
      device: null,
      index,
      name: model,
      usb_port: null,
      width,
      height,
      in_use_by: inUseBy ?? null,
      in_use_elsewhere: false,
    };
  };
  return {
    sound: await Promise.all(sound.map(soundAnswer)),
    cameras: await Promise.all([...cameras.v4l2.map(v4l2Answer), ...cameras.csi.map(csiAnswer)]),
  };
}

function largest(sizes: readonly (readonly [number, number])[]): readonly [number | null, number | null] {
  const area = ([width, height]: readonly [number, number]): number => width * height;
  return [...sizes].sort((a, b) => area(b) - area(a))[0] ?? [null, null];
}
