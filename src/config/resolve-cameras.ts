import { resolve } from 'node:path';
import { CAMERA_KEYS, CAMERA_TYPE_KEYS } from './camera-schema.ts';
import type { Diagnostics } from './diagnostic.ts';
import type { GivenBlock } from './given.ts';
import type { ProfileValues } from './profiles.ts';
import { resolveTypedBlock } from './resolve-typed-block.ts';
import type { CameraValues } from './values.ts';

const CAMERA = { noun: 'camera', common: CAMERA_KEYS, byType: CAMERA_TYPE_KEYS } as const;

/** What stands below /camera/ and is no camera. */
const RESERVED = ['ws'];

interface CamerasContext {
  readonly profile: ProfileValues;
  /** Absolute; relative paths start there. */
  readonly directory: string;
  readonly diagnostics: Diagnostics;
}

/** Checks and fills in each camera; one whose type is unknown is left out, after its diagnostic. */
export function resolveCameras(
  given: ReadonlyMap<string, GivenBlock>,
  { profile, directory, diagnostics }: CamerasContext,
): Map<string, CameraValues> {
  const cameras = new Map<string, CameraValues>();
  for (const [name, block] of given) {
    if (RESERVED.includes(name)) {
      const what = `a camera can't be named ${JSON.stringify(name)}`;
      diagnostics.error(block.place, what, `/camera/${name} belongs to Pipit itself`, 'rename it');
    }
    const defaultOf = (key: string): string | number | undefined => profile[`camera.${key}`];
    const values = resolveTypedBlock(CAMERA, name, block, { defaultOf, diagnostics });
    if (values === undefined) continue;
    // Undefined where a diagnostic has already said why.
    const path = values.type === 'file' ? values['path'] : undefined;
    const own = typeof path === 'string' ? { path: resolve(directory, path) } : {};
    const camera = { ...values, ...own } as unknown as CameraValues;
    const rival = [...cameras].find(([, other]) => deviceOf(other) !== '' && deviceOf(other) === deviceOf(camera));
    if (rival !== undefined) {
      const what = `camera ${JSON.stringify(name)} is the same device as camera ${JSON.stringify(rival[0])}`;
      diagnostics.warning(block.place, what, 'only one of them can have it', 'name another device, or remove one');
    }
    cameras.set(name, camera);
  }
  return cameras;
}

/** What only one camera can have at a time; empty for what many can. */
function deviceOf(camera: CameraValues): string {
  switch (camera.type) {
    case 'auto':
      return 'auto';
    case 'v4l2':
      return camera.device;
    case 'rpicam':
      return `rpicam ${camera.index}`;
    default:
      return '';
  }
}
