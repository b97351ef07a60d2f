// biome-ignore-all lint/suspicious/noTemplateCurlyInString: HCL's templates look like JavaScript's.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Diagnostics, formatDiagnostic } from './diagnostic.ts';
import { blank, character, escaped, heredoc, lineEnd, name, quoted, value } from './hcl-arbitraries.testing.ts';
import { asOracle, type Json, readByOracle } from './hcl-oracle.testing.ts';
import { parseHcl } from './hcl-parser.ts';

const test = suite('HCL beside another parser');

function ours(text: string): { tree: Json | undefined; lenient: boolean; errors: string[] } {
  const diagnostics = new Diagnostics();
  const body = parseHcl(text, 'f.hcl', diagnostics);
  const errors = diagnostics.list.filter(({ severity }) => severity === 'error').map(formatDiagnostic);
  const lenient = diagnostics.list.some(({ what }) => what.startsWith('a comma stands in the block'));
  return { tree: errors.length > 0 ? undefined : asOracle(body), lenient, errors };
}

async function theirs(text: string): Promise<{ tree: Json | undefined; error: string }> {
  try {
    return { tree: await readByOracle(text), error: '' };
  } catch (error) {
    return { tree: undefined, error: String(error) };
  }
}

/** An expression or template comes back as its source text, `${…}`, where a literal would be `$${…}`. */
function holdsExpression(tree: Json): boolean {
  if (typeof tree === 'string') return /(^|[^$])(\$\$)*\$\{|(^|[^%])(%%)*%\{/.test(tree);
  if (typeof tree !== 'object' || tree === null) return false;
  return Object.entries(tree).some(([key, inner]) => holdsExpression(key) || holdsExpression(inner));
}

async function compare(text: string): Promise<'both take it' | 'both refuse it' | 'documented'> {
  const own = ours(text);
  const other = await theirs(text);
  const shownText = JSON.stringify(text);
  if (own.tree === undefined) {
    if (other.tree === undefined) return 'both refuse it';
    // The literals-only restriction: what the other calls an expression, we refuse.
    if (holdsExpression(other.tree) || DOCUMENTED.test(own.errors[0] ?? '')) return 'documented';
    assert.unreachable(`refused by us alone: ${shownText}\n${own.errors.join('\n')}\n${JSON.stringify(other.tree)}`);
  }
  if (other.tree === undefined) {
    assert.ok(
      own.lenient && /single-argument block/.test(other.error),
      `taken by us alone: ${shownText}\n${other.error}`,
    );
    return 'documented';
  }
  assert.equal(own.tree, other.tree, `read differently: ${shownText}`);
  return 'both take it';
}

const DOCUMENTED = /makes this an expression|is no key|too large|one level too many/;

const GOOD = [
  '',
  '\n\n',
  '# only a comment',
  '\uFEFFa = 1\n',
  'a = 1\r\nb = "x"\r\n',
  'a = 1 # c\n# d\n// e\n/* x\n */ b = 2',
  'a /* in */ = /* the */ 1 /* middle */\n',
  '/**/a=1/***/\n/****/\n',
  'a = -1.50\nb = - 1\nc = 01\nd = 1e3\ne = 1E-2\nf = 0.1e+2\ng = 123456789012345678901234567890\nh = -0\n',
  'a = true\nb = false\nc = null\n',
  'a = "\\n\\r\\t\\"\\\\ \\u00e9 \\U0001F600"\n',
  'a = "$${x} %%{y} $ % $$ %% { }"\nb = "$$${x}"\nc = "$$$${x}"\nd = "%%%{x}"\ne = "$"\nf = "$$"\n',
  'a = "# no comment // none /* neither */"\n',
  'a = <<EOT\n  one $${x}\n two \\n "quoted"\n\nEOT\nb = 1\n',
  'a = <<-EOT\n    one\n\n      two\n  \n    three\n  EOT\n',
  'a = <<-EOT\n\tone\n\t\ttwo\n\tEOT\n',
  'a = <<EOT\nEOT\n',
  'a = <<E-1_x\n E-1_x y\nE-1_x\n',
  'a = <<EOT\r\none\r\ntwo\r\nEOT\r\n',
  'a = [<<EOT\none\nEOT\n, 2]\n',
  'a = []\nb = [\n]\nc = [1, "x", true, null, [2], { d = 3 }]\nd = [1\n,\n2,\n]\ne = [1, # one\n 2]\n',
  'a = {}\nb = {\n}\nc = { d = 1, e : 2, "f g" = 3 }\nd = {\n x = 1\n y = 2,\n\n z : 3\n}\n',
  'a = { true = 1, null = 2, x = 1, x = 2 }\n',
  'a {\n}\nb {}\nc { d = 1 }\ne "x" {\n f = 1\n g "y" z {\n h = 2\n }\n}\ne "x" {}\n',
  'a "l\\n\\u00e9" bare-label {}\n',
  'a-b = 1\né = 2\n_x = 3\nx1 = 4\n日本 = 5\n',
  'a { b = [\n1,\n2\n] }\n',
  'a { b = {\nc = 1\n} }\n',
  'for = 1\nif = 2\nin { }\n',
  'a = "e\u0301"\n',
  'b { a = "}" }\n',
  'a = "tab\there"\n',
];

const BAD = [
  'a',
  'a =',
  'a = \n1',
  'a\n= 1',
  '= 1',
  'a = 1 b = 2',
  'a = 1,\nb = 2',
  'a = 1\na = 2',
  'a == 1',
  '"a" = 1',
  '1a = 1',
  'a.b = 1',
  'a = 0x10',
  'a = 1.',
  'a = .5',
  'a = 1e',
  'a = 1_000',
  'a = +1',
  "a = 'x'",
  'a = `x`',
  'a = "x\ny"',
  'a = "x',
  'a = "\\q"',
  'a = "\\u12"',
  'a = "\\ud83d"',
  'a = "\\U00110000"',
  'a = "x" "y"',
  'a = <<EOT\nx',
  'a = <<EOT\nEOT',
  'a = <<EOT x\nEOT\n',
  'a = << EOT\nEOT\n',
  'a = <<-\nx\n',
  'a = [1 2]',
  'a = [1,,2]',
  'a = [,]',
  'a = [1',
  'a = [1}',
  'a = { b = 1 c = 2 }',
  'a = { b }',
  'a = { b = }',
  'a = {,}',
  'a = { b = 1,, c = 2 }',
  'a = { b = 1\n, c = 2 }',
  'a = { b = 1',
  'a {',
  'a { b = 1',
  'a { b = 1\n}',
  'a { b {} }',
  'a {\n b = 1 }',
  'a {\n b {} }',
  'a\n{\n}',
  'a "x"\n{\n}',
  'a "x" = 1',
  'a {} b {}',
  'a {\n} b = 1',
  'a "x" "y" 1 {}',
  '}',
  'a = 1\n}',
  'a = 1 }',
  ']',
  ';',
  'a = 1;',
  'a = 1 /* x',
  'a = 1 /* x\n*/ b = 2',
  '@',
  'a = \u00a01',
  'a = 1\rb = 2',
  'a = \u0001',
  'a = "$%{"\n',
  'a = { for = 1 }\n',
];

const EXPRESSIONS = [
  'a = b',
  'a = b.c',
  'a = b[0]',
  'a = f(1)',
  'a = (1)',
  'a = 1 + 2',
  'a = 1 - 2',
  'a = --1',
  'a = -"x"',
  'a = !true',
  'a = true ? 1 : 2',
  'a = 1 == 1',
  'a = [for x in y : x]',
  'a = { for x in y : x => x }',
  'a = "x${b}y"',
  'a = "${b}"',
  'a = "%{ if true }x%{ endif }"',
  'a = <<EOT\n${b}\nEOT\n',
  'a = [1, b]',
  'a = { b = c }',
  'a = { (b) = 1 }',
  'a = { b.c = 1 }',
  'a = { 3 = 4 }',
  'a = 1e400',
  'a = "x"[0]',
  'a = [1][0]',
  'a = [1].*.b',
];

const LENIENT = ['b { a = 1, c = 2 }', 'b "x" { a = "y", c = [1, 2], d = { e = 1, f = 2 } }\n'];

test('hand-written files that HCL2 allows are read as the other parser reads them', async () => {
  for (const text of GOOD) assert.is(await compare(text), 'both take it', JSON.stringify(text));
});

test('hand-written files that HCL2 forbids are refused by both', async () => {
  for (const text of BAD) assert.is(await compare(text), 'both refuse it', JSON.stringify(text));
});

test('expressions and templates are refused by us alone', async () => {
  for (const text of EXPRESSIONS) assert.is(ours(text).tree, undefined, JSON.stringify(text));
});

test('commas in a one-line block are the one thing that we alone accept, with a warning', async () => {
  for (const text of LENIENT) assert.is(await compare(text), 'documented', JSON.stringify(text));
});

/** Bodies with each name once, since a name's second use is refused. */
const body: fc.Arbitrary<string> = fc.letrec<{ body: string }>((tie) => ({
  body: fc
    .tuple(
      fc.uniqueArray(fc.tuple(name, blank, blank, fc.oneof({ arbitrary: value, weight: 4 }, heredoc), lineEnd), {
        selector: ([key]) => key,
        maxLength: 4,
      }),
      fc.array(
        fc.tuple(
          fc.constantFrom('block', 'source'),
          fc.array(fc.oneof(quoted, fc.constantFrom('label', 'l-2')), { maxLength: 1 }),
          fc.oneof(
            { maxDepth: 2 },
            fc.constant('{}'),
            value.map((inner) => `{ x = ${inner} }`),
            tie('body').map((inner) => `{\n${inner}}`),
          ),
          lineEnd,
        ),
        { maxLength: 2 },
      ),
    )
    .map(([attributes, blocks]) => {
      const lines = attributes.map(([key, before, after, text, end]) => {
        return `${key}${before}=${after}${text}${text.endsWith('EOT\n') ? '' : end}`;
      });
      // Labels differ per block: hcl2json can't hold a type with and without labels at once.
      const labelled = blocks.map(([type, labels, inner, end], index) => {
        return `${type}${index}_${labels.length} ${labels.join(' ')} ${inner}${end}`;
      });
      return [...lines, ...labelled].join('');
    }),
})).body;

test('generated files are read as the other parser reads them', async () => {
  const outcomes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      const outcome = await compare(text);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }),
    { seed: 20_240_501, numRuns: 400, includeErrorInReport: true },
  );
  assert.ok((outcomes.get('both take it') ?? 0) > 300, JSON.stringify([...outcomes]));
});

test('generated files with a few characters changed are taken or refused by both', async () => {
  const outcomes = new Map<string, number>();
  const change = fc.tuple(
    fc.nat(),
    fc.nat(2),
    fc.oneof(character, escaped, fc.constantFrom('"', '\n', '<<EOT\n', '-', '.', '\\', ']', ':', '1')),
  );
  await fc.assert(
    fc.asyncProperty(body, fc.array(change, { minLength: 1, maxLength: 2 }), async (text, changes) => {
      let changed = text;
      for (const [seed, remove, insert] of changes) {
        const at = seed % (changed.length + 1);
        changed = `${changed.slice(0, at)}${insert}${changed.slice(at + remove)}`;
      }
      const outcome = await compare(changed.toWellFormed());
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }),
    { seed: 7, numRuns: 500, includeErrorInReport: true },
  );
  assert.ok((outcomes.get('both refuse it') ?? 0) > 100, JSON.stringify([...outcomes]));
});

test.run();
