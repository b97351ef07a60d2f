/** More than any head or picture has, bytes: then it is no stream of pictures. */
const MAX_HEAD = 4096;
const MAX_PICTURE = 64 * 1024 * 1024;

/** Takes a stream of JPEGs apart (multipart/x-mixed-replace, each part with its length). */
export class PictureParts {
  #chunks = [];
  #size = 0;
  /** So many bytes must be there before it is worth another look. */
  #needed = 1;

  /**
   * Takes the next bytes, wherever they were cut; returns the pictures that are complete now.
   * @throws Error when they are no such stream
   */
  take(chunk) {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return [];
    const bytes = joined(this.#chunks, this.#size);
    const pictures = [];
    let from = 0;
    for (;;) {
      const jpegFrom = endOfHead(bytes, from);
      if (jpegFrom === undefined) {
        this.#needed = bytes.length - from + 1;
        break;
      }
      const fields = fieldsOf(bytes.subarray(from, jpegFrom));
      const length = Number(fields.get('content-length'));
      if (!(length > 0 && length <= MAX_PICTURE)) throw new Error('a part without a length');
      const end = jpegFrom + length;
      if (bytes.length < end) {
        this.#needed = end - from;
        break;
      }
      const header = { sequence: Number(fields.get('x-pipit-sequence')), level: Number(fields.get('x-pipit-level')) };
      pictures.push({ header, jpeg: bytes.slice(jpegFrom, end) });
      from = end;
    }
    this.#chunks = [bytes.slice(from)];
    this.#size = bytes.length - from;
    return pictures;
  }
}

function joined(chunks, size) {
  if (chunks.length === 1) return chunks[0];
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Where the picture behind a head begins: after an empty line. Undefined while that has not come. */
function endOfHead(bytes, from) {
  const last = Math.min(bytes.length - 4, from + MAX_HEAD);
  for (let at = from; at <= last; at += 1) {
    if (bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at + 4;
  }
  if (bytes.length - from > MAX_HEAD) throw new Error('a head without an end');
  return undefined;
}

/** The lines that are a name and a value, which delimiters are not. Names in lower case. */
function fieldsOf(head) {
  const lines = new TextDecoder('latin1').decode(head).split('\r\n');
  const fields = lines.map((line) => /^([^:]+): *(.*)$/.exec(line)).filter((field) => field !== null);
  return new Map(fields.map(([, name, value]) => [name.toLowerCase(), value]));
}
