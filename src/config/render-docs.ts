import { CAMERA_KEYS, CAMERA_TYPE_KEYS } from './camera-schema.ts';
import type { BlockKeys, Key } from './key.ts';
import { LATER_BLOCKS } from './later-blocks.ts';
import { PROFILE_NAMES, PROFILES } from './profiles.ts';
import { literalOf, sentenceOf } from './render-key.ts';
import { BLOCK_DOCS, BLOCKS, MOUNT_KEYS, TOP_KEYS } from './schema.ts';
import { SOURCE_KEYS, SOURCE_TYPE_KEYS } from './source-schema.ts';

/** The reference of the configuration, in Markdown, out of the schema. */
export function renderDocs(): string {
  const sections = [
    INTRODUCTION,
    '## Top level',
    tableOf('', TOP_KEYS),
    profiles(),
    ...block('server'),
    ...sources(),
    ...cameras(),
    '## mount "/PATH"',
    BLOCK_DOCS.mount,
    tableOf('mount', MOUNT_KEYS),
    RESERVED,
    ...(Object.keys(BLOCKS) as (keyof typeof BLOCKS)[]).filter((name) => name !== 'server').flatMap(block),
    LATER,
  ];
  return `${sections.join('\n\n')}\n`;
}

const INTRODUCTION = `<!-- Written by src/config/write-docs.ts from the schema: change that, not this. -->

# Configuration

Pipit reads one file in [HCL](https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md), literals only:
\`name = value\` and \`block { … }\`, text in double quotes (write \`$\${\` for a literal \`\${\`), comments behind
\`#\`, \`//\` or between \`/* */\`. A block on one line holds one attribute; more, with commas between them, are taken
with a warning. Relative paths start at the file's directory. \`pipit --check -c FILE\` says what is wrong, with line
and column, and ends with 0 or 1.

A value comes from the defaults below, then from the profile, then from the file, then from the environment:
\`PIPIT_PROFILE=low-latency\`, \`PIPIT_BUFFER__SIZE_MB=50\`, \`PIPIT_SOURCE__MIC__DEVICE=auto\`,
\`PIPIT_MOUNT__STREAM__FALLBACK=demo,silence\`, \`PIPIT_STREAMING__QUALITY_LEVELS=80,60\`,
\`PIPIT_CAMERA__DOOR__MASK=["0,0,50,25"]\` (two underscores between block, name and key; what is neither letter nor
digit in a name becomes one underscore). A variable with two underscores that leads nowhere is an error.

On SIGHUP the file is read again. What is *live* changes at once; *restart* changes are named in the log and wait; a
file with an error is refused, and the running configuration stays.`;

const RESERVED = `A path holds letters, digits and \`. _ ~ -\` between its slashes. Pipit keeps \`/\`, \`/api\`, \`/camera\`,
\`/metrics\`, \`/healthz\`, \`/admin\`, \`/ui\` and \`/listen\` for itself, with all that is below them, and the endings
\`.mp3 .aac .opus .flac .m3u .pls\`, with which listeners ask a mount for a format.`;

const LATER = `## Known, not used yet

Blocks that a file may hold already and that this version does not look into: ${Object.entries(LATER_BLOCKS)
  .map(([name, labels]) => `\`${name}${labels === 1 ? ' "NAME"' : ''}\``)
  .join(', ')}.`;

function block(name: keyof typeof BLOCKS): string[] {
  return [`## ${name}`, BLOCK_DOCS[name], tableOf(name, BLOCKS[name])];
}

function sources(): string[] {
  const tables = typeTables('source', SOURCE_TYPE_KEYS);
  return ['## source "NAME"', BLOCK_DOCS.source, tableOf('source', SOURCE_KEYS), ...tables, NO_KEYS];
}

function cameras(): string[] {
  const tables = typeTables('camera', CAMERA_TYPE_KEYS);
  return ['## camera "NAME"', BLOCK_DOCS.camera, tableOf('camera', CAMERA_KEYS), CAMERA_NOTES, ...tables];
}

function typeTables(name: string, byType: Readonly<Record<string, BlockKeys>>): string[] {
  return Object.entries(byType).flatMap(([type, keys]) =>
    Object.keys(keys).length === 0 ? [] : [`### ${name} of type = "${type}"`, tableOf(name, keys)],
  );
}

const CAMERA_NOTES = `A name holds letters, digits, \`_\` and \`-\`; \`ws\` is taken. The picture of \`camera "door"\` is at
\`/camera/door.mjpg\` and \`/camera/door.jpg\`, that of the first camera also at \`/camera.mjpg\` and \`/camera.jpg\`. First it is
turned, then mirrored, then masked, then written on; all of it in every output.`;

const NO_KEYS = `\`client\` is fed by a source client on the source port, \`demo\` is a built-in programme, \`silence\` is what
it says: they have no keys of their own.`;

function tableOf(name: string, keys: BlockKeys): string {
  const rows = Object.entries(keys).map(([keyName, key]) => {
    const cells = [
      `\`${keyName}\``,
      typeOf(key),
      defaultOf(name, keyName, key),
      key.live ? 'live' : 'restart',
      key.doc,
    ];
    return row(cells);
  });
  return [
    row(['key', 'type and range', 'default', 'change', 'what it does']),
    row(['---', '---', '---', '---', '---']),
    ...rows,
  ].join('\n');
}

function typeOf(key: Key): string {
  return sentenceOf(key).replaceAll('"', '`');
}

function defaultOf(block: string, name: string, key: Key): string {
  if (key.required) return 'required';
  if (key.inherits !== '') return `of ${key.inherits}`;
  if (key.fallback !== undefined) return `\`${literalOf(key.fallback)}\``;
  return `by profile (home-server: \`${literalOf(PROFILES['home-server'][`${block}.${name}`] ?? '')}\`)`;
}

function profiles(): string {
  const names = Object.keys(PROFILES['home-server']);
  const head = [row(['sets', ...PROFILE_NAMES]), row(['---', ...PROFILE_NAMES.map(() => '---')])];
  const rows = names.map((name) =>
    row([`\`${name}\``, ...PROFILE_NAMES.map((profile) => String(PROFILES[profile][name]))]),
  );
  return ['### Profiles', 'A key that is set beside the profile wins.', [...head, ...rows].join('\n')].join('\n\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
