import { checkJpeg } from '../../src/picture/jpeg-info.ts';
import { decodeJpeg } from '../../src/picture/jpeg-turbo.ts';
import { readTestCard, testCardAgeMs } from '../../src/picture/read-test-card.ts';
import { readParts } from './read-parts.ts';

/**
 * Ages of a few pictures of the test card, by the clock that is in the picture and by the head of its part: the two must
 * agree, or ages by the head are worth nothing. Milliseconds, in pairs.
 */
export async function readClock(port: number, path: string, count: number): Promise<[picture: number, head: number][]> {
  const ages: [number, number][] = [];
  for (const { head, jpeg, wallMs, monotonicUs } of await readParts(port, path, count)) {
    const checked = checkJpeg(jpeg);
    if (checked.jpeg === undefined) throw new Error('a damaged picture');
    const code = readTestCard(await decodeJpeg(jpeg, checked.width, checked.height));
    if (code === undefined) throw new Error('the squares of the test card cannot be read');
    const takenMs = Number(/X-Timestamp: ([\d.]+)/.exec(head)?.[1]) * 1000;
    ages.push([testCardAgeMs(code, monotonicUs), wallMs - takenMs]);
  }
  return ages;
}
