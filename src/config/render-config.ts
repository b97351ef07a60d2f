import { CAMERA_KEYS, CAMERA_TYPE_KEYS } from './camera-schema.ts';
import { PROFILES } from './profiles.ts';
import { literalOf } from './render-key.ts';
import { BLOCK_DOCS, BLOCKS, TOP_KEYS } from './schema.ts';
import { SOURCE_KEYS, SOURCE_TYPE_KEYS } from './source-schema.ts';

/** The configuration that Pipit is shipped with, its comments out of the schema. */
export function renderConfig(): string {
  const others = (Object.keys(BLOCKS) as (keyof typeof BLOCKS)[]).filter((name) => name !== 'server');
  const parts = [HEADER, top(), server(), source(), camera(), MOUNT, DEFAULTS, ...others.map(commentedOut)];
  return `${parts.join('\n\n')}\n`;
}

const HEADER = `# Pipit's configuration.
#
# Every key, its range and the profiles: docs/config.md. Is it right?  pipit --check -c config.hcl
# A line that begins with # is off and shows the default: remove the # to change it.`;

const MOUNT = `# ${BLOCK_DOCS.mount}
mount "/stream" {
  source   = "mic"
  fallback = ["demo"] # heard while the microphone is missing; also "silence", "test" or another source
}`;

const DEFAULTS = '# From here on everything is off: the defaults are fine. Numbers are those of profile home-server.';

function top(): string {
  const { profile, data_dir: dataDir } = TOP_KEYS;
  return [
    `# ${profile.doc}`,
    `# ${profile.choices?.join(', ')}`,
    '# profile = "home-server"',
    '',
    `# ${dataDir.doc}`,
    `# data_dir = ${literalOf(dataDir.fallback ?? '')}`,
  ].join('\n');
}

function server(): string {
  return [`# ${BLOCK_DOCS.server}`, 'server {', ...linesOf('server', '  # '), '}'].join('\n');
}

function source(): string {
  const { device } = SOURCE_TYPE_KEYS.alsa;
  return [
    `# ${BLOCK_DOCS.source}`,
    `# Types: ${SOURCE_KEYS.type.choices?.join(', ')}.`,
    'source "mic" {',
    '  type   = "alsa"',
    `  device = "auto" # ${device.doc}`,
    '}',
  ].join('\n');
}

function camera(): string {
  const { device } = CAMERA_TYPE_KEYS.v4l2;
  const { fps, rotate, mask, overlay } = CAMERA_KEYS;
  return [
    `# ${BLOCK_DOCS.camera}`,
    `# Types: ${CAMERA_KEYS.type.choices?.join(', ')}.`,
    '# For example:',
    '# camera "door" {',
    '#   type    = "v4l2"',
    `#   device  = "auto"         # ${device.doc}`,
    `#   fps     = 15             # ${fps.doc}`,
    `#   rotate  = 180            # ${rotate.doc}`,
    `#   mask    = ["0,0,25,100"] # ${mask.doc}`,
    `#   overlay = "clock"        # ${overlay.doc}`,
    '# }',
  ].join('\n');
}

function commentedOut(name: keyof typeof BLOCKS): string {
  return [`# ${BLOCK_DOCS[name]}`, `# ${name} {`, ...linesOf(name, '#   '), '# }'].join('\n');
}

/** `key = default  # what it does`, in columns as people align them. */
function linesOf(name: keyof typeof BLOCKS, indent: string): string[] {
  const entries = Object.entries(BLOCKS[name]).map(([key, facts]) => {
    const value = PROFILES['home-server'][`${name}.${key}`] ?? facts.fallback;
    return { key, value: literalOf(value ?? ''), doc: facts.doc };
  });
  const width = Math.max(...entries.map(({ key }) => key.length));
  const valueWidth = Math.min(20, Math.max(...entries.map(({ value }) => value.length)));
  return entries.map(({ key, value, doc }) => `${indent}${key.padEnd(width)} = ${value.padEnd(valueWidth)} # ${doc}`);
}
