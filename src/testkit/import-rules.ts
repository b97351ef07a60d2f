/** One import as a file states it. */
export interface Import {
  /** Path of the file from the repository's root, with forward slashes. */
  readonly from: string;
  /** What it imports: a path from the root, or the name of a package or built-in module. */
  readonly target: string;
  /** `import type` and `export type`: gone at run time. */
  readonly typeOnly: boolean;
}

/** What a room may import besides itself, core and the packages that PACKAGES gives it. */
interface RoomRule {
  readonly rooms?: readonly string[];
  /** Single files of other rooms that may be imported for their types. */
  readonly types?: readonly string[];
}

/** Rooms without an entry may import core and themselves. */
const ROOMS: Readonly<Record<string, RoomRule>> = {
  capture: { rooms: ['picture'] },
  encode: {
    rooms: ['picture'],
    types: ['src/capture/source.ts', 'src/capture/camera/camera.ts', 'src/worker/messages.ts'],
  },
  worker: { rooms: ['capture', 'encode', 'picture'] },
  broadcast: { rooms: ['ring'] },
  mount: { rooms: ['ring', 'broadcast'] },
  clips: { rooms: ['mount'] },
  frames: { rooms: ['picture'] },
  ingest: { rooms: ['access'] },
  web: { rooms: ['access'] },
  onboarding: { rooms: ['hardware'] },
  outputs: { rooms: ['broadcast', 'ring', 'mount', 'frames'] },
};

/** Files that may import each package; a package that isn't listed here is nobody's yet. Built-ins are free. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  'node-av': /^src\/(capture|capture\/camera|encode)\/ffmpeg-[^/]+\.ts$/,
  '@julusian/jpeg-turbo': /^src\/picture\/jpeg-turbo\.ts$/,
  sharp: /^src\/encode\/still\.ts$/,
  onoff: /^src\/hardware\/onoff-pins\.ts$/,
  'better-sqlite3': /^src\/history\/(?:database|migrate)\.ts$/,
  ws: /^src\/(outputs\/camera|web\/live)-socket\.ts$/,
  '@valibot/to-json-schema': /^src\/web\/openapi\.ts$/,
  hono: /^src\/web\//,
  '@hono/node-server': /^src\/web\//,
  pino: /^src\/telemetry\//,
  'prom-client': /^src\/telemetry\/(prometheus-text|prom-client-registry\.d)\.ts$/,
  preact: /^src\/web\/vendor-files\.ts$/,
  htm: /^src\/web\/vendor-files\.ts$/,
  uplot: /^src\/web\/vendor-files\.ts$/,
  'lean-qr': /^src\/web\/vendor-files\.ts$/,
  valibot: /^src\/(config|web|telemetry\/mqtt)\//,
  mqtt: /^src\/telemetry\/mqtt\/broker-connection\.ts$/,
  yaml: /^src\/onboarding\/imager-files\.ts$/,
  esbuild: /^image\/deb\/join-program\.ts$/,
};

/** Folders beside src with code in them, which may import what they like of it. */
const BESIDE = /^(?:bench|image|overlays|systemd|hardware-tests)(?=\/)/;

/** Packages of tests and of the testkit. */
const TEST_PACKAGES = ['uvu', 'fast-check', 'playwright-core', '@cdktn/hcl2json'];

/** Why `what` is not allowed, as one sentence; undefined when it is. */
export function violationOf(what: Import): string | undefined {
  const { from, target } = what;
  if (target.startsWith('node:')) return undefined;
  if (target === 'package.json' && (isRoot(from) || from.startsWith('hardware-tests/'))) return undefined;
  if (isRoot(target) && !isRoot(from)) return `${target} joins the rooms: none of them imports it`;
  if (isCommand(target) && roomOf(from) === 'station') return `${target} is asked for by name: only main.ts loads it`;
  const isTest = /\.(test|testing)\.ts$/.test(from);
  const room = roomOf(from);
  const other = roomOf(target);
  if (other === undefined) {
    const [beside] = BESIDE.exec(target) ?? [];
    if (beside === undefined) return packageViolation(from, target, isTest);
    // The hardware tests are shipped, too: `pipit self-test` is their way in.
    const isWayIn = beside === 'hardware-tests' && isCommand(from);
    return room === undefined || isWayIn ? undefined : `${beside} is not part of Pipit`;
  }
  // Tests, their fakes and benches join what they need, as the composition root does.
  if (isTest || room === 'testkit' || room === undefined) return undefined;
  if (other === 'testkit') return 'the testkit is for tests and benches';
  if (isRoot(from) || other === room || other === 'core') return undefined;
  const rule = ROOMS[room];
  if (rule?.rooms?.includes(other)) return undefined;
  if (rule?.types?.includes(target)) return what.typeOnly ? undefined : `${room} may import only types from ${target}`;
  const allowed = ['core', ...(rule?.rooms ?? [])].join(', ');
  return `${room} may import ${allowed} and itself: declare the interface you need, station.ts joins the rooms`;
}

/** The composition root: main.ts, the station that it starts, and the other commands. */
function isRoot(path: string): boolean {
  return /^src\/(?:main(?:\.test)?\.ts$|station\/|commands\/)/.test(path);
}

function isCommand(path: string): boolean {
  return path.startsWith('src/commands/');
}

function packageViolation(from: string, target: string, isTest: boolean): string | undefined {
  if (target.startsWith('src/') || isTest) return undefined;
  const [scope = '', name = ''] = target.split('/');
  const packageName = scope.startsWith('@') ? `${scope}/${name}` : scope;
  if (TEST_PACKAGES.includes(packageName)) {
    return /^(src\/testkit|bench)\//.test(from) ? undefined : `${packageName} is for tests`;
  }
  const may = PACKAGES[packageName];
  if (may === undefined) return `${packageName} has no place yet: give it one adapter file in PACKAGES`;
  return may.test(from) || from.startsWith('bench/') ? undefined : `${packageName} belongs to ${may.source}`;
}

/** The room of a path under src/; `main` of main.ts; undefined outside src/. */
function roomOf(path: string): string | undefined {
  const [top, room = ''] = path.split('/');
  return top === 'src' ? room.replace(/\.ts$/, '') : undefined;
}
