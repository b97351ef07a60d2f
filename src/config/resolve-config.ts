import { resolve } from 'node:path';
import { CAMERA_KEYS, CAMERA_TYPE_KEYS } from './camera-schema.ts';
import { quickSyncContradictions } from './check-quick-sync.ts';
import type { Diagnostics, Place } from './diagnostic.ts';
import type { GivenBlock, GivenConfig } from './given.ts';
import type { BlockKeys, KeyValue } from './key.ts';
import { PROFILES, type ProfileName } from './profiles.ts';
import { resolveCameras } from './resolve-cameras.ts';
import { resolveKeys } from './resolve-keys.ts';
import { resolveMounts } from './resolve-mounts.ts';
import { resolveSources } from './resolve-sources.ts';
import { BLOCKS, type BlockValues, MOUNT_KEYS, TOP_KEYS } from './schema.ts';
import { SOURCE_KEYS, SOURCE_TYPE_KEYS } from './source-schema.ts';
import type { Values } from './values.ts';

/**
 * Fills a configuration in: defaults, then the profile, then what is given. Paths become absolute.
 * @param directory absolute; relative paths start there.
 * @returns values that are good only as long as `diagnostics` holds no error.
 */
export function resolveConfig(
  given: GivenConfig,
  {
    profileDefault,
    directory,
    diagnostics,
  }: { profileDefault: ProfileName; directory: string; diagnostics: Diagnostics },
): Values {
  const defaultProfile = (key: string): KeyValue | undefined => (key === 'profile' ? profileDefault : undefined);
  const top = resolveKeys(TOP_KEYS, given.top, { name: '', defaultOf: defaultProfile, explain: ownerOf, diagnostics });
  const profile = PROFILES[top.profile];
  const resolved: Record<string, unknown> = {};
  for (const [name, keys] of Object.entries(BLOCKS)) {
    const block = given.single.get(name) ?? { place: given.top.place, keys: new Map() };
    const defaultOf = (key: string): KeyValue | undefined => profile[`${name}.${key}`];
    const explain = (key: string) => (Object.hasOwn(keys, key) ? undefined : ownerOf(key));
    resolved[name] = resolveKeys(keys, block, { name, defaultOf, explain, diagnostics });
  }
  const blocks = resolved as BlockValues;
  checkTogether(given, blocks, diagnostics);
  const playlist = { ...blocks.playlist, directory: resolve(directory, blocks.playlist.directory) };
  const pathOf = (written: string): string => (written === '' ? '' : resolve(directory, written));
  const server = {
    ...blocks.server,
    tls_certificate: pathOf(blocks.server.tls_certificate),
    tls_key: pathOf(blocks.server.tls_key),
  };
  const mqtt = { ...blocks.mqtt, ca_file: pathOf(blocks.mqtt.ca_file) };
  const sources = resolveSources(given.sources, { playlist, directory, diagnostics });
  const cameras = resolveCameras(given.cameras, { profile, directory, diagnostics });
  const mounts = resolveMounts(given, { mountPoint: blocks.server.mount_point, sources, diagnostics });
  return {
    top: { ...top, data_dir: resolve(directory, top.data_dir) },
    blocks: { ...blocks, playlist, server, mqtt },
    sources: new Map([...sources, ...mounts.builtIn]),
    builtIn: new Set(mounts.builtIn.keys()),
    cameras,
    implicitCamera: given.implicitCamera,
    mounts: mounts.mounts,
  };
}

/** All that may stand in a source, a camera or a mount. */
const LABELLED_KEYS: Readonly<Record<string, BlockKeys>> = {
  'source "NAME"': Object.assign({}, SOURCE_KEYS, ...Object.values(SOURCE_TYPE_KEYS)),
  'camera "NAME"': Object.assign({}, CAMERA_KEYS, ...Object.values(CAMERA_TYPE_KEYS)),
  'mount "/PATH"': MOUNT_KEYS,
};

/** Which block a key belongs to that stands in the wrong one. */
function ownerOf(key: string): readonly [string, string] | undefined {
  const owning = (blocks: Readonly<Record<string, BlockKeys>>) =>
    Object.keys(blocks).filter((name) => Object.hasOwn(blocks[name] ?? {}, key));
  const single = owning(BLOCKS);
  const found = single.length > 0 ? single : owning(LABELLED_KEYS);
  const names = Object.hasOwn(TOP_KEYS, key) ? ['the top level'] : found.map((name) => `block ${name}`);
  const [owner] = names;
  return owner === undefined || names.length > 1 ? undefined : [`it belongs to ${owner}`, 'move it there'];
}

/** What each key allows by itself and two do not allow together. */
function checkTogether(given: GivenConfig, blocks: BlockValues, diagnostics: Diagnostics): void {
  const { server, broadcaster, streaming } = blocks;
  if (server.listen_port === server.source_port && server.listen_port !== 0) {
    const place = placeOf(given, 'server', 'source_port', 'listen_port');
    const what = `server.listen_port and server.source_port are both ${server.listen_port}`;
    diagnostics.error(place, what, 'each needs a port of its own', 'change one of the two');
  }
  if (broadcaster.burst_seconds > broadcaster.max_burst_seconds) {
    const place = placeOf(given, 'broadcaster', 'burst_seconds', 'max_burst_seconds');
    const what = `broadcaster.burst_seconds is ${broadcaster.burst_seconds}`;
    const why = `max_burst_seconds allows ${broadcaster.max_burst_seconds}`;
    diagnostics.error(place, what, why, 'raise max_burst_seconds or lower burst_seconds');
  }
  const highest = Math.max(...streaming.quality_levels);
  const lowest = Math.min(...streaming.quality_levels);
  if (streaming.min_quality > lowest) {
    const place = placeOf(given, 'streaming', 'min_quality', 'quality_levels');
    const what = `streaming.min_quality is ${streaming.min_quality}`;
    const why = `the lowest of quality_levels is ${lowest}, and it can't be above that`;
    diagnostics.error(place, what, why, `set min_quality = ${lowest}`);
  }
  if (streaming.max_quality < highest) {
    const place = placeOf(given, 'streaming', 'max_quality', 'quality_levels');
    const what = `streaming.max_quality is ${streaming.max_quality}`;
    const why = `the highest of quality_levels is ${highest}, and it can't be below that`;
    diagnostics.error(place, what, why, `set max_quality = ${highest}`);
  }
  for (const { keys, what, why, remedy } of quickSyncContradictions(blocks.quick_sync)) {
    diagnostics.error(placeOf(given, 'quick_sync', ...keys), what, why, remedy);
  }
}

function placeOf(given: GivenConfig, block: string, ...keys: readonly string[]): Place {
  const found: GivenBlock | undefined = given.single.get(block);
  const places = keys.map((key) => found?.keys.get(key)?.place);
  return places.find((place) => place !== undefined) ?? given.top.place;
}
