import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** What is started by name: the program, its worker processes and threads, and what tests put into networks of their own. */
const STARTED = [
  'src/main.ts',
  'src/worker/worker-main.ts',
  'src/worker/camera-main.ts',
  'src/history/history-thread.ts',
  'hardware-tests/remote-listener.ts',
  'hardware-tests/dhcp-client.ts',
] as const;

/** Packages with native parts, which look for them beside themselves. */
const APART = ['@julusian/jpeg-turbo', 'better-sqlite3', 'node-av', 'node-av/*', 'onoff', 'sharp'];

/** Where everything lies that was joined, below the program's folder. */
const OUT = 'src';

/** CommonJS packages ask for Node's own modules by `require`. */
const BANNER = `import { createRequire as createRequireOf } from 'node:module';
const require = createRequireOf(import.meta.url);`;

/**
 * Compiles the program to JavaScript and joins its modules, and those of packages without native parts, into few files.
 * Node takes about 10 ms for each module on a Zero 2 W, and the station has 800.
 *
 * @param root the checkout
 * @param into gets src/*.js, and for each program that is started under its own path a file there
 */
export async function joinProgram(root: string, into: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: STARTED.map((path) => ({ in: path, out: flat(path) })),
    outdir: join(into, OUT),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: APART,
    banner: { js: BANNER },
    chunkNames: 'part-[hash]',
    // Stacks and figures name functions and classes as the sources do.
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [ownPlaces(root)],
  });
  // It is started by the package's /usr/bin/pipit, with that Node.
  const main = join(into, OUT, 'main.js');
  await writeFile(main, (await readFile(main, 'utf8')).replace(/^#!.*\n/, ''), { mode: 0o644 });
  for (const path of STARTED) {
    const own = path.replace(/\.ts$/, '.js');
    if (own === `${OUT}/${flat(path)}.js`) continue;
    await mkdir(dirname(join(into, own)), { recursive: true });
    await writeFile(join(into, own), `import '${relative(dirname(own), join(OUT, flat(path)))}.js';\n`);
  }
}

function flat(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.ts'.length);
}

/** A module that looks for files beside itself still looks where it stood before it was joined. */
function ownPlaces(root: string): Plugin {
  return {
    name: 'own places',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const place = relative(join(root, OUT), path).replace(/\.ts$/, '.js');
        const own = `new URL(${JSON.stringify(place)}, import.meta.url).href`;
        return { contents: text.replaceAll('import.meta.url', own), loader: 'ts' };
      });
    },
  };
}
