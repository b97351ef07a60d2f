import type { CameraSourceSettings } from '../../core/camera-settings.ts';
import { AutoCamera } from './auto-camera.ts';
import type { Camera, CameraContext } from './camera.ts';
import { FileCamera } from './file-camera.ts';
import { RpicamCamera } from './rpicam-camera.ts';
import { TestCard } from './test-card.ts';
import { UrlCamera } from './url-camera.ts';
import { V4l2Camera } from './v4l2-camera.ts';

/** The camera that the settings describe; opened by its `read`. */
export function createCamera(settings: CameraSourceSettings, context: CameraContext): Camera {
  switch (settings.type) {
    case 'auto':
      return new AutoCamera(settings, context);
    case 'v4l2':
      return new V4l2Camera(settings, context);
    case 'rpicam':
      return new RpicamCamera(settings, context);
    case 'url':
      return new UrlCamera(settings, context);
    case 'file':
      return new FileCamera(settings, context);
    case 'test':
      return new TestCard(settings, context);
  }
}
