/**
 * What one camera is, after validation: paths are absolute, defaults filled in. It crosses to the worker process
 * as JSON.
 */
export type CameraSourceSettings =
  | AutoCameraSettings
  | V4l2Settings
  | RpicamSettings
  | CameraUrlSettings
  | CameraFileSettings
  | TestCardSettings;

export type CameraType = CameraSourceSettings['type'];

/** A size and rate to ask a camera for; it delivers the nearest that it has. */
export interface PictureMode {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Pictures a second. */
  readonly fps: number;
}

/** The first camera that is plugged in, USB before CSI; the test card, which says so, while there is none. */
export interface AutoCameraSettings extends PictureMode {
  readonly type: 'auto';
}

/** A USB camera, or whatever else the kernel shows as a V4L2 capture device. */
export interface V4l2Settings extends PictureMode {
  readonly type: 'v4l2';
  /** `auto`, `usb-path:1-1.2` or `/dev/video0`. */
  readonly device: string;
  /** auto takes JPEG where the camera has it. Names as FFmpeg has them. */
  readonly format: 'auto' | 'mjpeg' | 'yuyv422' | 'nv12' | 'h264';
  /** V4L2 controls by the names that `v4l2-ctl --list-ctrls` shows, as `name=value`. */
  readonly controls: readonly string[];
}

/** A CSI camera through Raspberry Pi's `rpicam-vid`. */
export interface RpicamSettings extends PictureMode {
  readonly type: 'rpicam';
  /** As `rpicam-vid --list-cameras` counts. */
  readonly index: number;
  readonly codec: 'mjpeg' | 'yuv420';
  /** Turned by the sensor, degrees. */
  readonly sensorRotation: 0 | 180;
  /** `--low-latency`, Pi 5 only. */
  readonly lowLatency: boolean;
}

/** A camera on the network: RTSP, HTTP MJPEG or HLS. */
export interface CameraUrlSettings {
  readonly type: 'url';
  /** May hold a password: never log it whole. */
  readonly url: string;
}

/** A film, looped in real time. */
export interface CameraFileSettings {
  readonly type: 'file';
  readonly path: string;
}

/** A picture with a running clock and frame number. */
export interface TestCardSettings extends PictureMode {
  readonly type: 'test';
}

/** A rectangle in parts of the whole picture, 0 to 1, as viewers see it. */
export interface Mask {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What is done to each picture before anybody sees it, in this order: turned, mirrored, masked, written on. */
export interface PictureTreatment {
  /** Clockwise, degrees. */
  readonly rotate: 0 | 90 | 180 | 270;
  readonly flip: 'none' | 'horizontal' | 'vertical' | 'both';
  /** Painted black. */
  readonly masks: readonly Mask[];
  /** Burnt in at the lower edge. */
  readonly overlay: 'none' | 'clock' | 'name' | 'both';
}
