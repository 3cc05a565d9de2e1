// Compiles packages/*/assembly/*.ts to packages/*/src/gen/*.gen.ts, in the tiers of the wasm device.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tier } from './asc-compile.ts';

const tiers: readonly Tier[] = ['plain', 'relaxed'];

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

/**
 * Brings every kernel of the repository up to date.
 *
 * @returns Paths of the files that were written.
 */
export async function compileKernels(root: string): Promise<string[]> {
  const own = [
    'scripts/asc-compile.ts',
    'scripts/asc-check.ts',
    'scripts/asc.ts',
    'node_modules/assemblyscript/package.json',
  ];
  const tools = own.map((path) => readFileSync(join(root, path), 'utf8')).join('\0');
  const written: string[] = [];
  for (const name of readdirSync(join(root, 'packages'))) {
    const from = `packages/${name}/assembly`;
    const entries = list(join(root, from)).filter((file) => file.endsWith('.ts'));
    const to = join(root, `packages/${name}/src/gen`);
    for (const file of list(to)) {
      if (!entries.includes(file.replace('.gen.ts', '.ts'))) rmSync(join(to, file));
    }
    for (const file of entries) {
      const entry = `${from}/${file}`;
      const target = join(to, file.replace('.ts', '.gen.ts'));
      const sources = closure(entry, (path) => readFileSync(join(root, path), 'utf8'));
      const head = `// Generated from ${entry} by scripts/asc.ts: ${digest(sources, tools)}\n`;
      if (existsSync(target) && readFileSync(target, 'utf8').startsWith(head)) continue;
      const { compile } = await import('./asc-compile.ts');
      let text = `${head}export const name: string = '${name}/${basename(file, '.ts')}';\n`;
      for (const tier of tiers) {
        const module = await compile(entry, sources, tier);
        text += `export const ${tier}: string = '${Buffer.from(module).toString('base64')}';\n`;
      }
      // Written aside and renamed: another process may be reading, or doing the same.
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(`${target}.${process.pid}`, text);
      renameSync(`${target}.${process.pid}`, target);
      written.push(target);
    }
  }
  return written;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await compileKernels(fileURLToPath(new URL('..', import.meta.url)));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
