// Compiles packages/*/wgsl/<name>.wgsl to packages/*/src/gen/<name>.wgsl.gen.ts: the text with the pieces that it uses, and a
// constructor of launches for each kernel.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Field, type Item, operandsOf, readWgsl, rewriteAccesses } from './wgsl-read.ts';

const compiler = ['scripts/wgsl.ts', 'scripts/wgsl-read.ts'];
const list = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** The file of a piece: of the package itself, or of the device. */
function pieceOf(root: string, folder: string, name: string): string {
  const paths = [`packages/${folder}/wgsl/lib/${name}.wgsl`, `packages/webgpu/wgsl/lib/${name}.wgsl`];
  const path = paths.find((path) => existsSync(join(root, path)));
  if (!path) throw new Error(`packages/${folder}/wgsl: there is no piece ${name}; it would be ${paths[0]}.`);
  return path;
}

/** The file and all pieces that it uses, pieces first. */
function sourcesOf(root: string, folder: string, entry: string): Map<string, string> {
  const sources = new Map<string, string>();
  const visit = (path: string, within: string): void => {
    const text = readFileSync(join(root, path), 'utf8');
    for (const name of readWgsl(path, text).uses) {
      const piece = pieceOf(root, within, name);
      if (!sources.has(piece)) visit(piece, piece.split('/')[1]);
    }
    sources.set(path, text);
  };
  visit(entry, folder);
  return sources;
}

/** Without indents and without spaces, but those between two words or two operators: pages load the text. Lines stay, for messages. */
function shortened(text: string): string {
  const lines = text.replace(/\s*\n\s*/g, '\n');
  return lines.replace(/ +/g, (spaces, at) => {
    const around = lines[at - 1] + lines[at + spaces.length];
    return /^(\w\w|[-+*/%<>=!&|^~]{2})$/.test(around) ? ' ' : '';
  });
}

/** Items that `from` leads to, by name. */
function reachable(items: readonly Item[], from: Item): Set<Item> {
  const found = new Set<Item>();
  const visit = (item: Item): void => {
    if (found.has(item)) return;
    found.add(item);
    for (const other of items) if (item.words.has(other.name)) visit(other);
  };
  visit(from);
  return found;
}

interface Kernel {
  readonly name: string;
  readonly args: readonly Field[];
  readonly operands: readonly Field[];
  readonly constants: readonly string[];
}

/** A module of kernels as TypeScript. */
export function moduleText(folder: string, file: string, sources: ReadonlyMap<string, string>, from: string): string {
  const entry = `packages/${folder}/wgsl/${file}.wgsl`;
  const read = [...sources].map(([path, text]) => ({ path, ...readWgsl(path, text) }));
  const { args, operands } = read.at(-1)!;
  if (args[0]?.name !== 'units')
    throw new Error(`${entry}: the first of Args is ${args[0]?.name}; it must be units: u32.`);
  const items = read.flatMap((one) => one.items);
  const twice = items.find(({ name }, i) => items.findIndex((other) => other.name === name) !== i);
  if (twice) throw new Error(`${entry}: two items have the name ${twice.name}; give one of them another.`);
  const reached = new Map(items.filter((item) => item.entry).map((item) => [item, reachable(items, item)]));
  const used = new Set([...reached.values()].flatMap((set) => [...set]));
  const stored = new Set<string>();
  const text = items
    .filter((item) => used.has(item))
    .map((item) => shortened(rewriteAccesses(entry, item.text, operands, stored)))
    .join('\n');
  const wide = operands.some(({ name, type }) => type === 'vec4f' && stored.has(name));
  const narrow = operands.find(({ name, type }) => wide && type !== 'vec4f' && stored.has(name));
  if (narrow)
    throw new Error(
      `${entry}: ${narrow.name} is written in ${narrow.type} beside others in vec4f; write all of them in vec4f, or none.`,
    );
  const kernels = [...reached].map(([item, set]): Kernel => {
    const touched = new Set([...set].flatMap(({ text }) => operandsOf(text, operands)));
    const read = new Set([...set].flatMap(({ text }) => [...text.matchAll(/\bargs\.(\w+)/g)].map(([, name]) => name)));
    const own = operands.filter((operand) => touched.has(operand));
    const fields = args.slice(1).filter(({ name }) => read.has(name) && !name.startsWith('has_'));
    const constants = [...set].filter(({ text }) => text.startsWith('override')).map(({ name }) => name);
    return { name: item.name, args: fields, operands: own, constants };
  });
  return [
    `import type { Kernel, Launch, Pointer, WgslModule } from '${from}';`,
    'export const module: WgslModule = {',
    `  name: '${folder}/${file}',`,
    `  wide: ${wide},`,
    `  args: [${args.map(({ name, type }) => `['${name}', '${type}']`).join(', ')}],`,
    `  operands: [${operands.map(({ name, type }) => `['${name}', '${type}']`).join(', ')}],`,
    `  text: ${JSON.stringify(text)},`,
    '};',
    ...kernels.map(kernelText),
    '',
  ].join('\n');
}

function kernelText({ name, args, operands, constants }: Kernel): string {
  const type = `${name[0].toUpperCase()}${name.slice(1)}Args`;
  const fields = [...args.map((one) => `${one.name}: number`), ...operands.map((one) => `${one.name}: Pointer`)];
  const given = constants.length > 0 ? `, constants: { ${constants.map((one) => `${one}: number`).join('; ')} }` : '';
  return [
    `interface ${type} { ${fields.join('; ')} }`,
    `const ${name}Kernel: Kernel = { module, name: '${name}', operands: [${operands.map((one) => `'${one.name}'`).join(', ')}] };`,
    `export const ${name} = (units: number, args: ${type}${given}): Launch => ({ kernel: ${name}Kernel, units, args${given ? ', constants' : ''} });`,
  ].join('\n');
}

/** Written aside and renamed: another process may be reading, or doing the same. */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}

/** Brings the modules of the repository up to date; outputs without a source are removed. */
export function compileWgsl(root: string): void {
  const tools = compiler.map((path) => readFileSync(join(root, path), 'utf8')).join('\0');
  for (const folder of readdirSync(join(root, 'packages'))) {
    const to = join(root, `packages/${folder}/src/gen`);
    const files = list(join(root, `packages/${folder}/wgsl`)).flatMap((file) => /^(.+)\.wgsl$/.exec(file)?.[1] ?? []);
    for (const old of list(to)) {
      if (old.endsWith('.wgsl.gen.ts') && !files.includes(old.slice(0, -'.wgsl.gen.ts'.length))) rmSync(join(to, old));
    }
    for (const file of files) {
      const entry = `packages/${folder}/wgsl/${file}.wgsl`;
      const sources = sourcesOf(root, folder, entry);
      const hash = createHash('sha256').update(tools);
      for (const [path, text] of sources) hash.update(`\0${path}\0${text}`);
      const head = `// Generated from ${entry} by scripts/wgsl.ts: ${hash.digest('hex').slice(0, 32)}\n`;
      const target = join(to, `${file}.wgsl.gen.ts`);
      if (existsSync(target) && readFileSync(target, 'utf8').startsWith(head)) continue;
      mkdirSync(to, { recursive: true });
      const from = folder === 'webgpu' ? '../kernel.ts' : '@twilljs/webgpu';
      replaceFile(target, head + moduleText(folder, file, sources, from));
    }
  }
}
