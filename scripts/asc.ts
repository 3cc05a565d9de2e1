// Compiles packages/*/assembly/<name>.ts to packages/*/src/gen/<name>.gen.ts, and to <name>.<tier>.gen.ts for each tier of the wasm device: a page loads those of one.
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { launchModule, launchTypes } from './asc-launch.ts';
import { compileWgsl } from './wgsl.ts';

const tiers = ['plain', 'relaxed', 'wide'] as const;
/** What else decides about the output. */
const compiler = ['scripts/asc.ts', 'scripts/asc-compile.ts', 'scripts/asc-launch.ts', 'scripts/asc-check.ts'];

/** The entry and all it imports, path to text; paths as the compiler asks for them. */
export function closure(entry: string, read: (path: string) => string): Map<string, string> {
  const sources = new Map<string, string>();
  const visit = (path: string): void => {
    if (sources.has(path)) return;
    const text = read(path);
    sources.set(path, text);
    for (const [, from] of text.matchAll(/^(?:import|export)[^'"]*?from ['"](\.[^'"]+)['"]/gm)) {
      visit(`${posix.join(posix.dirname(path), from)}.ts`);
    }
  };
  visit(entry);
  return sources;
}

function digest(sources: ReadonlyMap<string, string>, tools: string): string {
  const hash = createHash('sha256').update(tools);
  for (const [path, text] of sources) hash.update(`\0${path}\0${text}`);
  return hash.digest('hex').slice(0, 32);
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** A kernel whose output is missing or out of date. */
interface Stale {
  /** `packages/<p>/assembly/<name>.ts`. */
  readonly entry: string;
  readonly sources: ReadonlyMap<string, string>;
  readonly target: string;
  /** The first line of the output: names the entry and all that went into it. */
  readonly head: string;
}

/** What is to be compiled; outputs without a source are removed. */
function findStale(root: string): Stale[] {
  const own = [...compiler, 'node_modules/assemblyscript/package.json'];
  const tools = own.map((path) => readFileSync(join(root, path), 'utf8')).join('\0');
  return readdirSync(join(root, 'packages')).flatMap((name) => {
    const from = `packages/${name}/assembly`;
    const to = join(root, `packages/${name}/src/gen`);
    const entries = list(join(root, from)).filter((file) => file.endsWith('.ts'));
    for (const file of list(to)) {
      if (
        file.endsWith('.gen.ts') &&
        !file.endsWith('.wgsl.gen.ts') &&
        !entries.includes(file.replace(/(\.\w+)?\.gen\.ts$/, '.ts'))
      )
        rmSync(join(to, file));
    }
    return entries.flatMap((file) => {
      const entry = `${from}/${file}`;
      const target = join(to, file.replace('.ts', '.gen.ts'));
      const sources = closure(entry, (path) => readFileSync(join(root, path), 'utf8'));
      const head = `// Generated from ${entry} by scripts/asc.ts: ${digest(sources, tools)}\n`;
      const complete = tiers.every((tier) => existsSync(chunkOf(target, tier)));
      if (complete && existsSync(target) && readFileSync(target, 'utf8').startsWith(head)) return [];
      return [{ entry, sources, target, head }];
    });
  });
}

async function write({ entry, sources, target, head }: Stale): Promise<void> {
  const { compile } = await import('./asc-compile.ts');
  const [, folder, , file] = entry.split('/');
  const launches = launchModule(entry, sources);
  const types = launchTypes(entry, sources, folder === 'wasm' ? '../kernel.ts' : '@twilljs/wasm');
  const name = basename(file, '.ts');
  const builds = tiers.map((tier) => `  ${tier}: () => import('./${name}.${tier}.gen.ts'),\n`).join('');
  mkdirSync(dirname(target), { recursive: true });
  for (const tier of tiers) {
    const module = await compile(launches.path, new Map(sources).set(launches.path, launches.text), tier);
    const bytes = deflateRawSync(module, { level: 9 }).toString('base64');
    replaceFile(chunkOf(target, tier), `export const bytes: string = '${bytes}';\n`);
  }
  // Last, since it says that all of them are up to date.
  replaceFile(
    target,
    `${head}${types.head}export const module: WasmModule = {\n  name: '${folder}/${name}',\n${builds}};\n${types.text}`,
  );
}

/** The file of one build. */
function chunkOf(target: string, tier: string): string {
  return target.replace('.gen.ts', `.${tier}.gen.ts`);
}

/** Written aside and renamed: another process may be reading, or doing the same. */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}

/** A second process that compiles some of the kernels. */
function elsewhere(stale: readonly Stale[]): Promise<void> {
  const child = fork(
    fileURLToPath(import.meta.url),
    stale.map(({ entry }) => entry),
  );
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error('kernels: not all could be compiled.'))));
  });
}

/**
 * Brings the kernels of the repository up to date, two at a time.
 *
 * @param only these entries, in this process; the default is all.
 * @returns Paths of the files that were out of date.
 */
export async function compileKernels(root: string, only: readonly string[] = []): Promise<string[]> {
  const stale = findStale(root).filter(({ entry }) => only.length === 0 || only.includes(entry));
  const split = only.length === 0 && stale.length > 1;
  if (split) process.stderr.write(`Compiling ${stale.length} WebAssembly kernels, once ...\n`);
  const other = split ? elsewhere(stale.filter((_, i) => i % 2 === 1)) : null;
  for (const [i, kernel] of stale.entries()) if (!split || i % 2 === 0) await write(kernel);
  await other;
  return stale.map(({ target }) => target);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  try {
    const only = process.argv.slice(2);
    if (only.length === 0) compileWgsl(root);
    await compileKernels(root, only);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
