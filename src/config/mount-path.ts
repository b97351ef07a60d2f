/** Paths of the outer contract, with everything below them and with any extension. */
const RESERVED = ['/api', '/camera', '/metrics', '/healthz', '/admin', '/ui', '/listen'];
/** `/stream.mp3` and its kin are names of the mount `/stream`. */
const STREAM_EXTENSIONS = ['.mp3', '.aac', '.opus', '.flac', '.m3u', '.pls'];
const SHAPE = /^(?:\/[A-Za-z0-9_~][A-Za-z0-9._~-]*)+$/;
const MAX_LENGTH = 128;

/** Why listeners can't have a mount at `path`; undefined when they can. */
export function mountPathFlaw(path: string): string | undefined {
  if (path === '/') return 'the web page is there';
  if (path.length > MAX_LENGTH) return `a path has at most ${MAX_LENGTH} characters`;
  if (!SHAPE.test(path)) return 'a path begins with / and holds letters, digits and . _ ~ - between its slashes';
  const reserved = RESERVED.find((name) => path === name || path.startsWith(`${name}/`) || path.startsWith(`${name}.`));
  if (reserved !== undefined) return `${reserved} belongs to Pipit itself`;
  const extension = STREAM_EXTENSIONS.find((ending) => path.toLowerCase().endsWith(ending));
  if (extension !== undefined) return `${extension} is how listeners ask a mount for a format`;
  return undefined;
}
