// `node:fs`, its promises, `node:path`, `node:url` and what stands beside them in one module, of test files that run in a page: they read what lies in golden/, which vitest serves. A path
// there begins at the root of the repository.

declare global {
  interface ImportMeta {
    /** Vite's: the files of a pattern, each with a function that loads it. */
    glob(pattern: string): Readonly<Record<string, () => Promise<unknown>>>;
  }
}

/** All files below golden/, by path. Nothing is loaded. */
const paths: readonly string[] = Object.keys(import.meta.glob('/golden/**/*.{json,safetensors}'));
const read = new Map<string, Uint8Array>();

type Path = string | URL;

function clean(path: Path): string {
  const parts: string[] = [];
  for (const part of (typeof path === 'string' ? path : path.pathname).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function missing(path: Path): Error {
  return Object.assign(new Error(`${path}: not among the files of golden/`), { code: 'ENOENT' });
}

const isDirectory = (path: Path) => paths.some((file) => file.startsWith(`${clean(path)}/`));

export const existsSync = (path: Path): boolean => paths.includes(clean(path)) || isDirectory(path);

export function statSync(path: Path) {
  if (!existsSync(path)) throw missing(path);
  return { isDirectory: () => isDirectory(path), isFile: () => !isDirectory(path) };
}

export function readdirSync(path: Path): string[] {
  if (!isDirectory(path)) throw missing(path);
  const folder = `${clean(path)}/`;
  return [
    ...new Set(paths.filter((file) => file.startsWith(folder)).map((file) => file.slice(folder.length).split('/')[0])),
  ];
}

/** Waits for the server, as reading a file does. */
export function readFileSync(path: Path): Uint8Array {
  const name = clean(path);
  if (!paths.includes(name)) throw missing(path);
  const known = read.get(name);
  if (known) return known;
  const request = new XMLHttpRequest();
  request.open('GET', name, false);
  request.overrideMimeType('text/plain; charset=x-user-defined'); // bytes, one a character
  request.send();
  if (request.status !== 200) throw new Error(`${name}: the server answers ${request.status}`);
  const bytes = Uint8Array.from(request.responseText, (character) => character.charCodeAt(0) & 0xff);
  read.set(name, bytes);
  return bytes;
}

// A descriptor is a place in this list.
const opened: Uint8Array[] = [];
export const openSync = (path: Path): number => opened.push(readFileSync(path)) - 1;
const fstatOf = ({ length }: Uint8Array) => ({ size: length, ino: 0, mtimeMs: 0 });
export const fstatSync = (fd: number) => fstatOf(opened[fd]);
export const closeSync = (fd: number): void => {
  opened[fd] = new Uint8Array();
};
export function readSync(fd: number, into: Uint8Array, at: number, length: number, from: number): number {
  const bytes = opened[fd].subarray(from, from + length);
  into.set(bytes, at);
  return bytes.length;
}

/** As of `node:fs/promises`. */
export async function open(path: Path) {
  const bytes = readFileSync(path);
  return {
    stat: async () => fstatOf(bytes),
    async read(into: Uint8Array, at: number, length: number, from: number) {
      const part = bytes.subarray(from, from + length);
      into.set(part, at);
      return { bytesRead: part.length };
    },
    close: async () => {},
  };
}

const readOnly = (): never => {
  throw new Error('files are not written in a page');
};

export {
  readOnly as copyFileSync,
  readOnly as createReadStream,
  readOnly as fsyncSync,
  readOnly as mkdirSync,
  readOnly as renameSync,
  readOnly as rmSync,
  readOnly as statfsSync,
  readOnly as symlinkSync,
  readOnly as writeFileSync,
  readOnly as writeSync,
};
export const constants = {};

// What downloads are made of, which a page makes otherwise.
const noDownloads = (): never => {
  throw new Error('nothing is downloaded into a cache in a page');
};

export {
  noDownloads as createHash,
  noDownloads as homedir,
  noDownloads as hostname,
  noDownloads as randomBytes,
  noDownloads as setTimeout,
};
export const threadId = 0;

export const join = (...parts: string[]): string => clean(parts.join('/'));
export const resolve = join;
export const dirname = (path: string): string => clean(`${path}/..`);
export const basename = (path: string): string => clean(path).split('/').at(-1) ?? '';
export const relative = (_: string, path: string): string => path;
export const fileURLToPath = (url: Path): string => clean(url);
