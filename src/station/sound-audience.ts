import type { Rung } from '../core/rung.ts';
import type { Mount } from '../mount/mount.ts';
import { MOVABLE_CODECS, type RungAudience, type SoundAudience } from '../quality/allowed-rungs.ts';

/** Who listens to what at present, over all mounts. */
export function soundAudience(mounts: Iterable<Pick<Mount, 'broadcaster'>>): SoundAudience {
  const audience = new Map<Rung, { -readonly [key in keyof RungAudience]: number }>();
  for (const { broadcaster } of mounts) {
    for (const { rung, info } of broadcaster.listeners()) {
      let here = audience.get(rung);
      if (here === undefined) {
        here = { movable: 0, fixed: 0 };
        audience.set(rung, here);
      }
      here[info.quality === 'auto' && MOVABLE_CODECS.includes(rung.codec) ? 'movable' : 'fixed'] += 1;
    }
  }
  return audience;
}
