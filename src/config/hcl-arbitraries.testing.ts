// biome-ignore-all lint/suspicious/noTemplateCurlyInString: HCL's templates look like JavaScript's.
import fc from 'fast-check';

export const blank = fc.constantFrom('', ' ', '  ', '\t', ' /* c */ ');
export const lineEnd = fc.constantFrom('\n', '\r\n', ' # c\n', ' // c\n', '\n\n', '\n  # c\n\n');
export const name = fc.constantFrom('a', 'b', 'size_mb', 'x-1', 'ä', '_u', 'true', 'null', 'for', 'é2');
export const character = fc.constantFrom(
  ...[
    'a',
    'Z',
    '0',
    ' ',
    '{',
    '}',
    '[',
    '=',
    ',',
    '#',
    '//',
    '/*',
    '$',
    '$$',
    '%',
    '%%',
    '$${',
    '%%{',
    'ß',
    '語',
    '😀',
    '\t',
  ],
);
export const escaped = fc.constantFrom('\\n', '\\r', '\\t', '\\"', '\\\\', '\\u00e9', '\\u8a9E', '\\U0001F600');
export const quoted = fc
  .array(fc.oneof(character, escaped), { maxLength: 8 })
  .map((parts) => parts.join('').replaceAll(/([$%]+)\{/g, (all, signs) => (signs.length < 2 ? ' ' : all)))
  .map((inside) => `"${inside}"`);
const number = fc.oneof(
  fc.integer({ min: -2_000_000, max: 2_000_000 }).map(String),
  fc.tuple(fc.nat(99_999), fc.nat(9999)).map(([whole, part]) => `${whole}.${part}`),
  fc
    .tuple(fc.nat(99), fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.nat(12))
    .map((parts) => parts.join('')),
);
export const heredoc = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.array(fc.constantFrom('', ' ', 'x', '  x', '\tx y', '   # x', 'EO', 'EOTT', '$$ "', '\\n', '    $${x}'), {
      maxLength: 5,
    }),
    fc.constantFrom('', '  ', '\t'),
  )
  .map(([flush, lines, indent]) => `<<${flush}EOT\n${lines.map((line) => `${line}\n`).join('')}${indent}EOT\n`);
export const { value } = fc.letrec<{ value: string; list: string; object: string; scalar: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, tie('scalar'), tie('list'), tie('object')),
  scalar: fc.oneof(number, quoted, fc.constantFrom('true', 'false', 'null')),
  list: fc
    .tuple(
      fc.array(tie('value'), { maxLength: 4 }),
      fc.constantFrom(', ', ',\n', '\n,', ' , # c\n'),
      fc.constantFrom('', '\n', ',', ', \n'),
    )
    .map(([items, separator, end]) => `[${items.join(separator)}${items.length > 0 ? end : ''}]`),
  object: fc
    .tuple(
      fc.array(fc.tuple(fc.oneof(name, quoted), fc.constantFrom('=', ' = ', ':', ' : '), tie('value')), {
        maxLength: 4,
      }),
      fc.constantFrom(', ', '\n', ',\n', ' # c\n'),
      fc.constantFrom('', '\n', ',', ',\n'),
    )
    .map(
      ([entries, separator, end]) =>
        `{${entries.map((entry) => entry.join('')).join(separator)}${entries.length > 0 ? end : ''}}`,
    ),
}));
