import { writeFileSync } from 'node:fs';

/*
 * A program for an exec source: silence as raw PCM (s16le, 48 kHz, mono) in real time, 20 ms at a time, with a click
 * every three to four and a half seconds, so that clicks fall anywhere between two chunks. Writes when each click was "recorded" (CLOCK_MONOTONIC, µs) to the file it is given.
 */
const [logFile = 'clicks.json'] = process.argv.slice(2);
const BLOCK = 960;
const BLOCK_US = 20_000;
const clicks: number[] = [];
const start = nowUs();
let written = 0;
let nextClick = 50;

function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

function tick(): void {
  // A sound card hands a block over when its last sample has been taken.
  while (nowUs() - start >= (written + 1) * BLOCK_US) {
    const block = Buffer.alloc(BLOCK * 2);
    if (written === nextClick) {
      nextClick += 150 + Math.floor(Math.random() * 75);
      for (let i = 0; i < 48; i += 1) block.writeInt16LE(i % 2 === 0 ? 26_000 : -26_000, i * 2);
      clicks.push(start + written * BLOCK_US);
      writeFileSync(logFile, JSON.stringify(clicks));
    }
    process.stdout.write(block);
    written += 1;
  }
  setTimeout(tick, 2);
}

process.stdout.on('error', () => process.exit(0));
tick();
