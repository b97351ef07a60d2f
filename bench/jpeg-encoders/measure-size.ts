import { measureCosts } from './encoder-cost.ts';

/*
 * A program that compares all encoders on frames of one size, in the surroundings of a camera's worker, and prints the
 * costs as JSON.
 *
 *   node measure-size.ts DIR WIDTH HEIGHT FRAMES
 */

const [dir = '', ...sizes] = process.argv.slice(2);
const [width = 0, height = 0, count = 0] = sizes.map(Number);
console.log(JSON.stringify(await measureCosts(dir, width, height, count)));
