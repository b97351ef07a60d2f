/** A file of an archive. */
export interface ArchivedFile {
  /** Path inside the archive, at most 100 bytes of ASCII. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;

/**
 * Files as a tape archive: ustar as POSIX.1-2017 (pax, "ustar Interchange Format") has it. Regular files only, readable
 * by everybody, owned by nobody in particular.
 * @param modifiedMs wall clock of all of them
 */
export function tarOf(files: readonly ArchivedFile[], modifiedMs: number): Buffer {
  const blocks = files.flatMap(({ name, bytes }) => [
    headerOf(name, bytes.length, modifiedMs),
    bytes,
    Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function headerOf(name: string, sizeBytes: number, modifiedMs: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100, 'ascii');
  header.write(octal(0o644, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(sizeBytes, 12), 124);
  header.write(octal(Math.max(0, Math.floor(modifiedMs / 1000)), 12), 136);
  // The checksum is taken with blanks in its own place.
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\0' + '00', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** A number in a field of `width` bytes, the last of them a NUL. */
function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`;
}
