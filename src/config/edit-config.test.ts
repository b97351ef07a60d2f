// biome-ignore-all lint/suspicious/noTemplateCurlyInString: HCL's templates look like JavaScript's.
// deadline: 60 s
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError } from '../core/errors.ts';
import type { SettingChanges } from '../core/station-control.ts';
import { Diagnostics, InvalidConfig } from './diagnostic.ts';
import { isOneLine } from './edit-attribute.ts';
import { editConfig } from './edit-config.ts';
import { heredoc, value } from './hcl-arbitraries.testing.ts';
import { HclDraft } from './hcl-draft.ts';
import { asOracle, type Json, readByOracle } from './hcl-oracle.testing.ts';
import { parseHcl } from './hcl-parser.ts';
import type { HclBody } from './hcl-syntax.ts';

const test = suite('edit-config');

const FILE = `# My box.
profile  = "home-server"   # small
data_dir = "./data"        # on the stick

/* Where it
   listens. */
server {
	host        = "::"
	listen_port = 8001 # the usual
}

# The microphone
source "mic" {
  type   = "alsa"
  # gain_db  = 0 # louder
  device = "auto"
} # end of mic

auth {
  trusted_proxies = [
    # nginx
    "192.168.1.2",
    "172.17.0.0/16" # docker
  ]
  allowed_hosts = ["a.example"]
}
metadata { station_name = "Nest" }
`;

function edited(changes: SettingChanges, text = FILE): string {
  return editConfig(text, changes);
}

/** The lines that are only in one of two texts: `-` before, `+` after. */
function differences(before: string, after: string): string[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  return [
    ...a.filter((line) => !b.includes(line)).map((line) => `-${line}`),
    ...b.filter((line) => !a.includes(line)).map((line) => `+${line}`),
  ];
}

test('a value changes where it stands, and comments that stand in line stay in line', () => {
  const text = edited({ profile: 'low-latency', 'server.listen_port': 80 });
  assert.equal(differences(FILE, text), [
    '-profile  = "home-server"   # small',
    '-	listen_port = 8001 # the usual',
    '+profile  = "low-latency"   # small',
    '+	listen_port = 80 # the usual',
  ]);
  const long = edited({ profile: 'x'.repeat(20) });
  assert.ok(long.includes(`profile  = "${'x'.repeat(20)}" # small\ndata_dir = "./data"        # on the stick\n`));
});

test('a key comes below its line in a comment, or else below the last one, as the block is written', () => {
  assert.ok(edited({ 'source.mic.gain_db': -3.5 }).includes('# gain_db  = 0 # louder\n  gain_db  = -3.5\n  device'));
  assert.ok(edited({ 'server.tls': 'off' }).includes('# the usual\n\ttls         = "off"\n}'));
  assert.ok(edited({ 'server.source_password': 'x' }).includes('# the usual\n\tsource_password = "x"\n}'));
});

test('a block on one line gets more lines when it gets more keys', () => {
  assert.ok(
    edited({ 'metadata.enable_icy': false }).endsWith(
      'metadata {\n\tstation_name = "Nest"\n\tenable_icy   = false\n}\n',
    ),
  );
  assert.ok(edited({ 'metadata.station_name': null }).endsWith('metadata { }\n'));
  assert.is(edited({ 'b.d': 1 }, 'b { a = 1 /* x, y */ , c = "," }'), 'b {\n  a = 1 /* x, y */\n  c = ","\n  d = 1\n}');
  assert.is(edited({ 'b.c': null }, 'b { a = 1, c = 2 }\n'), 'b { a = 1 }\n');
  assert.is(edited({ 'b.a': null }, 'b { a = 1, c = 2 }\n'), 'b { c = 2 }\n');
  assert.is(edited({ 'b.a': 1 }, 'b {}\n'), 'b {\n  a = 1\n}\n');
});

test('a list with an item on each line keeps the lines and comments of what stays', () => {
  const text = edited({ 'auth.trusted_proxies': ['10.0.0.1', '172.17.0.0/16', '192.168.1.2'] });
  assert.ok(
    text.includes(
      '  trusted_proxies = [\n    "10.0.0.1",\n    "172.17.0.0/16", # docker\n    # nginx\n    "192.168.1.2",\n  ]\n',
    ),
    text,
  );
  assert.ok(edited({ 'auth.trusted_proxies': [] }).includes('trusted_proxies = []\n'));
});

test('a key that is taken out leaves the comments around it', () => {
  const text = edited({ 'server.listen_port': null, data_dir: null, 'source.mic.device': null });
  assert.ok(text.includes('"::"\n\t# the usual\n}'), text);
  assert.ok(text.includes('# small\n# on the stick\n\n/*'), text);
  assert.ok(text.includes('# louder\n} # end'), text);
});

test('blocks come at the end, with their keys in line, and go with all that is in them', () => {
  const text = edited({ 'source.nest.gain_db': 3, 'source.nest.type': 'file', 'mount./a.b.source': 'nest' });
  const added = 'source "nest" {\n\ttype    = "file"\n\tgain_db = 3\n}\n\nmount "/a.b" {\n\tsource = "nest"\n}\n';
  assert.is(text, `${FILE}\n${added}`);
  assert.is(edited({ 'source.nest': null, 'mount./a.b': null }, text), FILE);
  assert.not.match(edited({ 'source.mic': null }), /source|alsa|end of mic/);
  assert.is(
    edited({ 'source.a.type': 'demo' }, 'source "a" {\r\n  type = "file"\r\n  path = "x"\r\n}'),
    'source "a" {\r\n  type = "demo"\r\n  path = "x"\r\n}',
  );
  const replaced = edited({ 'source.mic': null, 'source.mic.type': 'demo' });
  assert.ok(replaced.endsWith('\nsource "mic" {\n\ttype = "demo"\n}\n'), replaced);
});

test('the first key of the top level comes above the first block and its comments', () => {
  assert.is(
    edited({ profile: 'playlist' }, '/* x */\n\n# about\n// it\nserver {\n}\n'),
    '/* x */\n\nprofile = "playlist"\n\n# about\n// it\nserver {\n}\n',
  );
  assert.is(edited({ profile: 'a' }, '/*\n# x */ server {}'), '/*\n# x */ server {}\nprofile = "a"');
  assert.is(edited({ profile: 'a' }, ''), 'profile = "a"\n');
  assert.is(edited({ profile: 'a' }, '\uFEFFserver {}\n'), '\uFEFFprofile = "a"\n\nserver {}\n');
});

test('line ends stay as they are, also where the last line has none', () => {
  assert.is(edited({ 'a.c': 2 }, 'a {\r\n  b = 1\r\n}\r\n'), 'a {\r\n  b = 1\r\n  c = 2\r\n}\r\n');
  assert.is(edited({ 'a.b': 2 }, 'x = 1 # y'), 'x = 1 # y\n\na {\n  b = 2\n}');
  assert.is(edited({ y: 2 }, 'x = 1 # y'), 'x = 1 # y\ny = 2');
});

test('heredocs are left alone, and give way to a text in quotes', () => {
  const text = 'a {\n  b = <<EOT\n# c = 1\nEOT\n  d = 1\n}\n';
  assert.is(edited({ 'a.c': 2 }, text), 'a {\n  b = <<EOT\n# c = 1\nEOT\n  d = 1\n  c = 2\n}\n');
  assert.is(edited({ 'a.b': 'x\ny' }, text), 'a {\n  b = "x\\ny"\n  d = 1\n}\n');
});

test('a value that is there already changes nothing', () => {
  assert.is(edited({ 'server.listen_port': 8001, 'x.y': null, 'source.none': null, q: null }), FILE);
});

test('what is no name, no value or no HCL is refused', () => {
  const refused = (changes: SettingChanges, text = FILE) => {
    assert.throws(
      () => edited(changes, text),
      (error: unknown) => error instanceof ConfigError,
    );
  };
  refused({ '': 1 });
  refused({ 'server.': 1 });
  refused({ 'a.b.c': 1 });
  refused({ 'source.x': 1 });
  refused({ server: 'x' });
  refused({ 'server.ho st': 'x' });
  refused({ 'server.host\n}': 'x' });
  refused({ 'server.host': 'half a \ud83d' });
  refused({ 'buffer.size_mb': Number.NaN });
  refused({ ['x'.repeat(300)]: 1 });
  assert.throws(
    () => edited({ profile: 'x' }, 'a = {'),
    (error: unknown) => error instanceof InvalidConfig,
  );
});

test('texts are written so that they mean themselves', async () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('$', '%', '{', '}', '"', '\\', '\n', '\r', '\0', '\x7f', '\u0085', '\u2028', 'n', 'u'),
    }),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const written = edited({ 'a.b': text, 'source.x.y': [text, text] }, '');
      const expected = asOracle(treeOf(written)) as { a: { b: string }[] };
      assert.is(JSON.stringify(await readByOracle(written)), JSON.stringify(sorted(expected)));
      const [block] = treeOf(written).blocks;
      assert.equal(block?.body.attributes[0]?.value.kind === 'text' && block.body.attributes[0].value.value, text);
    }),
    { numRuns: 300 },
  );
});

test('the shipped file takes each key where it shows it', () => {
  const shipped = readFileSync(new URL('../../config.hcl', import.meta.url), 'utf8');
  const text = edited({ 'server.source_password': 's', profile: 'playlist', 'metadata.station_name': 'x' }, shipped);
  const was = shipped.split('\n');
  const added = text.split('\n').filter((line) => !was.includes(line));
  assert.equal(added, ['profile = "playlist"', '  source_password = "s"', 'metadata {', '  station_name = "x"']);
  assert.is(edited({ 'server.source_password': null, profile: null, metadata: null }, text), shipped);
});

/** What stands between a key's name, its value and the end of its line. */
const gap = fc.constantFrom(' ', '', '   ', '\t', ' /* c */ ', ' /* # */');
const end = fc.constantFrom('', ' ', ' # c', '    // c = 1', ' /* c\n  d */', ' # c */ /*');
const noise = fc.constantFrom('', '', '\n', '# k1 = 5\n', '  // x\n', '/* \n# k2 = 3\n*/\n', '/*\n}\n*/ ');
const indent = fc.constantFrom('', '  ', '\t', '    ');
const keyName = fc.constantFrom('k1', 'k2', 'k3', 'long_key_4', 'type');
const items = fc.constantFrom('"a"', '1', 'true', '"x,y"');
const wideList = fc
  .array(fc.tuple(items, fc.constantFrom(',\n', ', # c\n', ' , /* c */\n', '\n,\n', ',\n# c\n')), { maxLength: 4 })
  .map((list) => `[\n${list.map(([item, separator]) => `  ${item}${separator}`).join('')}]`);
const attribute = fc
  .tuple(keyName, gap, gap, fc.oneof({ arbitrary: value, weight: 3 }, heredoc, wideList), end)
  .map(([key, before, after, written, tail]) => ({
    key,
    text: `${key}${before}=${after}${written}${written.endsWith('EOT\n') ? '' : `${tail}\n`}`,
    short: `${key}${before}=${after}${written}`,
    isShort: !written.endsWith('EOT\n'),
  }));
const attributes = (maxLength: number) => fc.uniqueArray(attribute, { selector: ({ key }) => key, maxLength });
const many = fc
  .tuple(fc.array(fc.tuple(noise, indent), { minLength: 5, maxLength: 5 }), attributes(4), noise, indent)
  .map(([spaces, list, last, closing]) => {
    const lines = list.map(({ text }, index) => `${(spaces[index] ?? []).join('')}${text}`);
    return `{\n${lines.join('')}${last}${closing}}`;
  });
const one = fc.tuple(attributes(1), gap, gap).map(([[only], before, after]) => {
  return only?.isShort ? `{${before}${only.short}${after}}` : `{${before}}`;
});
const BLOCKS = [
  'server',
  'metadata',
  'source "mic"',
  'source nest',
  'camera "c\\u0061m"',
  'mount "/a.b"',
  'mount "/a"',
];
const block = fc
  .tuple(fc.constantFrom(...BLOCKS), noise, indent, fc.oneof(many, many, one), end)
  .map(([head, before, margin, body, tail]) => ({ head, text: `${before}${margin}${head} ${body}${tail}\n` }));
const config = fc
  .tuple(
    attributes(3),
    fc.uniqueArray(block, { selector: ({ head }) => head, maxLength: 4 }),
    fc.boolean(),
    fc.constantFrom('as is', 'crlf', 'no end', 'bom'),
  )
  .map(([top, blocks, isTopFirst, style]) => {
    const tops = top.map(({ text }) => text).join('');
    const rest = blocks.map(({ text }) => text).join('');
    const text = isTopFirst ? tops + rest : rest + tops;
    if (style === 'crlf') return text.replaceAll('\n', '\r\n');
    if (style === 'bom') return `\uFEFF${text}`;
    // Without its line break a heredoc would have no end.
    return style === 'no end' && !/EOT\n$/.test(text) ? text.replace(/\n$/, '') : text;
  });
const newValue = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.integer(),
  fc
    .double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 })
    .map((number) => Number(number.toPrecision(6))),
  fc.boolean(),
  fc.array(fc.oneof(fc.constantFrom('a', 'x,y'), fc.string({ maxLength: 5 })), { maxLength: 4 }),
  fc.constant(null),
);
const PREFIXES = [
  '',
  'server.',
  'metadata.',
  'mqtt.',
  'source.mic.',
  'source.nest.',
  'source.new.',
  'camera.cam.',
  'mount./a.b.',
  'mount./a.',
  'mount./c.d.',
];
const changeName = fc.tuple(fc.constantFrom(...PREFIXES), keyName).map((parts) => parts.join(''));
const WHOLE = ['source.mic', 'source.nest', 'camera.cam', 'mount./a.b', 'mount./a', 'server', 'metadata'];
const changes = fc
  .tuple(fc.dictionary(changeName, newValue, { maxKeys: 5 }), fc.subarray(WHOLE, { maxLength: 1 }))
  .map(([keys, gone]): SettingChanges => ({ ...keys, ...Object.fromEntries(gone.map((name) => [name, null])) }));

test('whatever a file looks like, it then says what it said, with the changes, and another parser agrees', async () => {
  let known = 0;
  await fc.assert(
    fc.asyncProperty(config, changes, async (text, wanted) => {
      const before = await readByOracle(text).catch(() => undefined);
      fc.pre(before !== undefined && errorsOf(text) === 0);
      known++;
      const after = editConfig(text, wanted);
      const [told, own] = [await readByOracle(after), asOracle(treeOf(after))];
      assert.equal(sorted(told), sorted(own), after);
      assert.equal(flat(treeOf(after)), expectedOf(treeOf(text), wanted), after);
    }),
    { numRuns: 1500, includeErrorInReport: true },
  );
  assert.ok(known > 300, `${known} of the files were valid`);
});

test('what is not named stays byte for byte', async () => {
  await fc.assert(
    fc.property(config, changeName, newValue, (text, name, wanted) => {
      fc.pre(errorsOf(text) === 0);
      const after = editConfig(text, { [name]: wanted });
      const was = spanOf(text, name);
      if (was !== undefined && wanted !== null) {
        // Changed in place: only the value, and blanks before a comment.
        const grown = after.length - text.length;
        const tail = text.slice(was.end).replace(/^[ \t]+/, '');
        assert.ok(after.startsWith(text.slice(0, was.start)));
        assert.ok(after.endsWith(tail), `${grown}`);
      } else {
        // One piece comes or goes: what is before and behind it is what there was.
        const rest = wanted === null ? [after, text] : [text, after];
        assert.ok(isWithGap(rest[0] ?? '', rest[1] ?? '') || isOneLineBlock(text, name), after);
        // Comments within `key = value` are part of it.
      }
      for (const comment of commentsOf(text))
        if (!was?.text.includes(comment)) assert.ok(after.includes(comment), after);
    }),
    { numRuns: 1500, includeErrorInReport: true },
  );
});

test('undoing a change brings the values back', async () => {
  await fc.assert(
    fc.property(config, changeName, newValue, (text, name, wanted) => {
      fc.pre(errorsOf(text) === 0);
      const was = flat(treeOf(text)).get(name);
      fc.pre(
        was === undefined ||
          typeof was !== 'object' ||
          (Array.isArray(was) && was.every((item) => typeof item === 'string')),
      );
      const back = editConfig(editConfig(text, { [name]: wanted }), { [name]: (was ?? null) as string | null });
      const expected = flat(treeOf(text));
      const found = flat(treeOf(back));
      // A block that came for the key stays, empty; null says as much as nothing.
      const told = ([key, each]: [string, Json]) => !key.endsWith('{') && each !== null;
      assert.equal([...found].filter(told), [...expected].filter(told));
    }),
    { numRuns: 500, includeErrorInReport: true },
  );
});

function treeOf(text: string): HclBody {
  return parseHcl(text, 'f', new Diagnostics());
}

function errorsOf(text: string): number {
  const diagnostics = new Diagnostics();
  parseHcl(text, 'f', diagnostics);
  return diagnostics.list.filter(({ severity }) => severity === 'error').length;
}

/** Values by dotted name, in the order of the names; each block as a name that ends with {. */
function flat(tree: HclBody, prefix = ''): Map<string, Json> {
  const found: [string, Json][] = [];
  const values = asOracle({ ...tree, blocks: [] }) as Record<string, Json>;
  for (const [key, inner] of Object.entries(values)) found.push([prefix + key, unescaped(inner)]);
  for (const { type, labels, body } of tree.blocks) {
    const name = [type, ...labels.map(({ text }) => text)].join('.');
    found.push([`${name}.{`, true], ...flat(body, `${name}.`));
  }
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function unescaped(json: Json): Json {
  if (typeof json === 'string') return json.replaceAll(/([$%])\1\{/g, '$1{');
  if (Array.isArray(json)) return json.map(unescaped);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, inner]) => [unescaped(key) as string, unescaped(inner)]));
}

function expectedOf(tree: HclBody, wanted: SettingChanges): Map<string, Json> {
  const values = flat(tree);
  for (const name of Object.keys(wanted).filter((each) => values.has(`${each}.{`))) {
    for (const key of [...values.keys()]) if (key.startsWith(`${name}.`) && !isOther(key, name)) values.delete(key);
  }
  for (const [name, next] of Object.entries(wanted)) {
    if (next === null) values.delete(name);
    else {
      values.set(
        name,
        Array.isArray(next)
          ? next.map((item) => String(item).normalize('NFC'))
          : typeof next === 'string'
            ? next.normalize('NFC')
            : (next as Json),
      );
      const holder = name.slice(0, name.lastIndexOf('.') + 1);
      if (holder !== '') values.set(`${holder}{`, true);
    }
  }
  return new Map([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `mount./a.b.k1` begins with `mount./a.` and belongs to another block. */
function isOther(key: string, name: string): boolean {
  return name === 'mount./a' && key.startsWith('mount./a.b.');
}

function spanOf(text: string, name: string): { start: number; end: number; text: string } | undefined {
  const tree = treeOf(text);
  const key = name.slice(name.lastIndexOf('.') + 1);
  const holder = name.slice(0, Math.max(0, name.lastIndexOf('.')));
  const body =
    holder === ''
      ? tree
      : tree.blocks.find(({ type, labels }) => [type, ...labels.map((label) => label.text)].join('.') === holder)?.body;
  const found = body?.attributes.find((each) => each.name === key);
  if (found === undefined) return undefined;
  return { start: found.value.start, end: found.end, text: text.slice(found.start, found.end) };
}

/** True when the long text is the short one with one more piece in it. */
function isWithGap(short: string, long: string): boolean {
  let front = 0;
  while (front < short.length && short[front] === long[front]) front++;
  let back = 0;
  while (back < short.length - front && short.at(-1 - back) === long.at(-1 - back)) back++;
  return front + back === short.length;
}

function isOneLineBlock(text: string, name: string): boolean {
  const holder = name.slice(0, Math.max(0, name.lastIndexOf('.')));
  const draft = new HclDraft(text, 'f');
  const found = draft.body.blocks.find(
    ({ type, labels }) => [type, ...labels.map((label) => label.text)].join('.') === holder,
  );
  return found !== undefined && isOneLine(draft, found.body);
}

function commentsOf(text: string): string[] {
  return [...text.matchAll(/\/\* c \*\/|\/\* c\r?\n {2}d \*\/|\/\* \r?\n# k2 = 3/g)].map(([comment]) => comment);
}

function sorted(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sorted);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

test.run();
