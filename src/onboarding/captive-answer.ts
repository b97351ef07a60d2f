/** RFC 1035, 4.1.1. */
const HEADER = 12;
const TYPE_A = 1;
const CLASS_IN = 1;
/** Nothing is to be remembered once the access point is gone. */
const TTL_S = 0;
const FORMAT_ERROR = 1;
const NOT_IMPLEMENTED = 4;

/**
 * The answer of a name server for which every name has this one address (RFC 1035, 4.1; others than IPv4 there are
 * none). What comes without a question that can be read is answered so.
 *
 * @param address four bytes
 * @returns undefined for what is no query and must not be answered
 */
export function captiveAnswer(query: Buffer, address: Uint8Array): Buffer | undefined {
  // An answer to an answer would go round for ever.
  if (query.length < HEADER || ((query[2] as number) & 0x80) !== 0) return undefined;
  const opcode = ((query[2] as number) >> 3) & 0x0f;
  if (opcode !== 0) return header(query, NOT_IMPLEMENTED, 0, 0);
  const end = query.readUInt16BE(4) === 1 ? endOfName(query, HEADER) : undefined;
  if (end === undefined || end + 4 > query.length) return header(query, FORMAT_ERROR, 0, 0);
  const question = query.subarray(HEADER, end + 4);
  const isAddress = query.readUInt16BE(end) === TYPE_A && query.readUInt16BE(end + 2) === CLASS_IN;
  if (!isAddress) return Buffer.concat([header(query, 0, 1, 0), question]);
  const record = Buffer.alloc(12 + 4);
  // A pointer to the name in the question (4.1.4).
  record.writeUInt16BE(0xc000 | HEADER, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(CLASS_IN, 4);
  record.writeUInt32BE(TTL_S, 6);
  record.writeUInt16BE(4, 10);
  record.set(address.subarray(0, 4), 12);
  return Buffer.concat([header(query, 0, 1, 1), question, record]);
}

function header(query: Buffer, code: number, questions: number, answers: number): Buffer {
  const made = Buffer.alloc(HEADER);
  query.copy(made, 0, 0, 2);
  // A response, authoritative, with the opcode and the wish for recursion of the query, and recursion available.
  made[2] = 0x84 | ((query[2] as number) & 0x79);
  made[3] = 0x80 | code;
  made.writeUInt16BE(questions, 4);
  made.writeUInt16BE(answers, 6);
  return made;
}

/** Where the name that begins at `from` ends; undefined when it doesn't, or is compressed, as no question's is. */
function endOfName(query: Buffer, from: number): number | undefined {
  let at = from;
  while (at < query.length && at - from <= 255) {
    const length = query[at] as number;
    if (length === 0) return at + 1;
    if (length > 63) return undefined;
    at += length + 1;
  }
  return undefined;
}
