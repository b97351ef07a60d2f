import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** A film as a USB camera would deliver it, of JPEGs: 1280x720 at 25 pictures a second, made of a recording. */
export function makeFilm(recording: string, dir: string): string {
  const film = join(dir, 'street-1280x720-25fps.avi');
  // Sped up, so that each picture differs from the one before. All of it, so that whoever plays it once has enough.
  const input = ['-r', '25', '-i', recording, '-an'];
  execFileSync('ffmpeg', ['-v', 'error', ...input, '-vf', 'scale=1280:720', '-c:v', 'mjpeg', '-q:v', '2', '-y', film]);
  return film;
}
