/** Rows beyond it are not shown anywhere. */
const MAX_ROWS = 100;

/**
 * Breaks a text into rows of at most `letters` letters: between words where that is possible, and at line breaks.
 * Texts that a camera or a driver made can be of any length: after 100 rows the rest is left out.
 */
export function wrapText(text: string, letters: number): string[] {
  const rows: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    let row: string[] = [];
    for (const word of line.split(/\s+/)) {
      const taken = Array.from(word);
      if (row.length > 0 && row.length + 1 + taken.length > letters) {
        rows.push(row.join(''));
        row = [];
      }
      if (row.length > 0 && taken.length > 0) row.push(' ');
      row.push(...taken);
      for (; row.length > letters; row = row.slice(letters)) rows.push(row.slice(0, letters).join(''));
      if (rows.length >= MAX_ROWS) return rows.slice(0, MAX_ROWS);
    }
    if (row.length > 0) rows.push(row.join(''));
  }
  return rows.slice(0, MAX_ROWS);
}
