// biome-ignore-all lint/suspicious/noTemplateCurlyInString: HCL's templates look like JavaScript's.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Diagnostics, formatDiagnostic } from './diagnostic.ts';
import { parseHcl } from './hcl-parser.ts';
import type { HclBody, HclPlace, HclValue } from './hcl-syntax.ts';

const test = suite('HCL parser');

function parse(text: string): { body: HclBody; lines: string[] } {
  const diagnostics = new Diagnostics();
  const body = parseHcl(text, 'f.hcl', diagnostics);
  return { body, lines: diagnostics.list.map(formatDiagnostic) };
}

function at({ line, column }: HclPlace): string {
  return `${line}:${column}`;
}

test('every node knows its line and column, counted in characters', () => {
  const { body, lines } = parse(
    '\uFEFFa = 1\n"bad\n/* 😀 */ b = { "ü😀" = [1,\n  -2] }\nc "x" y {\n\td = <<E\nE\n}\r\n  e {}',
  );
  assert.is(lines.length, 1, lines.join('\n'));
  assert.match(lines[0] ?? '', /^f\.hcl:2:1: /);
  const [a, b] = body.attributes;
  assert.is(a && at(a), '1:1');
  assert.is(a && at(a.value), '1:5');
  assert.is(b && at(b), '3:9');
  const object = b?.value as HclValue & { kind: 'object' };
  assert.is(at(object), '3:13');
  const [entry] = object.entries;
  assert.is(entry && at(entry), '3:15');
  const list = entry?.value as HclValue & { kind: 'list' };
  assert.equal([list, ...list.items].map(at), ['3:22', '3:23', '4:3']);
  const [c, e] = body.blocks;
  assert.is(c && at(c), '5:1');
  assert.equal(
    c?.labels.map((label) => [label.text, at(label)]),
    [
      ['x', '5:3'],
      ['y', '5:7'],
    ],
  );
  assert.is(c && at(c.body.attributes[0] as HclPlace), '6:2');
  assert.is(e && at(e), '9:3');
});

test('a comma in a one-line block is accepted with a warning at the comma', () => {
  const { body, lines } = parse('x = 1\nserver { host = "a", port = 2, }\n');
  assert.equal(
    body.blocks[0]?.body.attributes.map(({ name }) => name),
    ['host', 'port'],
  );
  assert.is(lines.length, 2);
  assert.match(lines[0] ?? '', /^f\.hcl:2:20: warning: a comma stands in the block server, /);
});

test('one attribute in a one-line block is no matter for a warning', () => {
  assert.equal(parse('server { host = "a" }\n').lines, []);
});

test('the errors of several lines are reported together, each at its place', () => {
  const { body, lines } = parse('a = x\nb {\n  c = "${d}"\n  e = 1 +\n  f = 2\n}\ng = [1,\n 2 3,\n 4]\nh = 1\nh = 2\n');
  assert.equal(
    lines.map((line) => line.split(':').slice(1, 3).join(':')),
    ['1:5', '3:8', '4:9', '8:4', '11:1'],
  );
  assert.equal(
    body.blocks[0]?.body.attributes.map(({ name }) => name),
    ['e', 'f'],
  );
});

test('a template says that only literals are read, and how to write its characters', () => {
  const [line] = parse('a = "x ${y}"').lines;
  assert.match(line ?? '', /^f\.hcl:1:8: \$\{ begins a template, .*literals only.*\$\$\{/);
  const [inHeredoc] = parse('a = <<E\n  one\n  two %{ if x }\nE\n').lines;
  assert.match(inHeredoc ?? '', /^f\.hcl:3:7: %\{ begins a template/);
});

test('a value that lacks its quotes is not repeated: it may be a password', () => {
  for (const text of [
    'p = hunter2',
    'p = "x" hunter2',
    'p = 1 hunter2',
    'p = hunter2 hunter2',
    'p = "hunter2',
    'p = { hunter2 hunter2 }',
  ]) {
    const { lines } = parse(text);
    assert.is.not(lines.length, 0, text);
    assert.not.match(lines.join('\n'), 'hunter2', text);
  }
});

test('nesting has an end, however deep a file goes', () => {
  for (const opening of ['[', '{a=', 'b {\n', '{\n"x" : [']) {
    const { lines } = parse(`${opening.startsWith('b') ? '' : 'a = '}${opening.repeat(50_000)}`);
    assert.is(lines.length, 1, opening);
    assert.match(lines[0] ?? '', 'one level too many', opening);
  }
  assert.equal(parse(`a = ${'['.repeat(32)}${']'.repeat(32)}`).lines, []);
});

test('errors have an end, however many lines are wrong', () => {
  assert.is(parse('= 1\n'.repeat(10_000)).lines.length, 20);
});

test('a mebibyte of anything is read within seconds', () => {
  const size = 1024 * 1024;
  for (const piece of [
    '"',
    '\\',
    '/*',
    '/',
    '<<A\n',
    '[',
    '1,',
    'a = 1\n',
    '#\n',
    'é',
    '${',
    'a {\n',
    '\n',
    ' ',
    'a = "\\n" ',
    '\u0000',
  ]) {
    parse(piece.repeat(size / piece.length));
    parse(`a = "${piece.repeat(size / piece.length)}"`);
  }
});

test('no text makes it throw, and places lie within the text', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 5 }),
    fc.constantFrom(
      'a',
      ' = ',
      '"',
      '\n',
      '{',
      '}',
      '[',
      ']',
      ',',
      '<<E\n',
      '<<-E\n',
      'E\n',
      '${',
      '$${',
      '\\u12',
      '1.5',
      '-',
      '/*',
      '#',
      ':',
      'null',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('');
      const diagnostics = new Diagnostics();
      parseHcl(text, 'f', diagnostics);
      const lines = text.split('\n');
      for (const { line, column } of diagnostics.list) {
        assert.ok(line >= 1 && line <= lines.length, JSON.stringify(text));
        assert.ok(column >= 1 && column <= [...(lines[line - 1] ?? '')].length + 1, JSON.stringify(text));
      }
    }),
    { seed: 11, numRuns: 3000, includeErrorInReport: true },
  );
});

test.run();
