// From the exported functions of an AssemblyScript file to launches: records of arguments in memory, read by one side and written by the other.
import { basename, dirname, posix } from 'node:path';

/** Bytes of an argument in a record, which is also its alignment. */
const widths = { i32: 4, bool: 4, usize: 4, f32: 4, f64: 8 } as const;
type FieldType = keyof typeof widths;

interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly offset: number;
}

/** An exported function: a kernel where it returns nothing, else a formula. */
interface Exported {
  readonly name: string;
  readonly result: string;
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
}

/** Path to text, of a file and all it imports. */
type Sources = ReadonlyMap<string, string>;

const ownFunction = /^export function (\w+)\(([^)]*)\): (\w+)/gm;
const passedFunctions = /^export \{(\s*\w+(?:\s*,\s*\w+)*\s*,?\s*)\} from ['"](.+)['"]/gm;

/** Refuses a file with an export that would be overlooked. @throws Error with its line. */
function requireKnownExports(entry: string, sources: Sources): void {
  const rest = sources.get(entry)!.replace(ownFunction, '').replace(passedFunctions, '');
  const [line] = /^export\b.*/m.exec(rest) ?? [];
  if (line === undefined) return;
  throw new Error(
    `${entry}: ${line} is not read; write export function name(...): type, or export { name } from 'another file'.`,
  );
}

/** What a file exports: its own functions, and those that it passes on from another file. */
function exportsOf(entry: string, sources: Sources): Exported[] {
  const source = sources.get(entry)!;
  const own = [...source.matchAll(ownFunction)].map(([, name, list, result]) => ({
    name,
    result,
    parameters: wordsOf(list).map((part) => {
      const [parameter, type] = part.split(':').map((word) => word.trim());
      return { name: parameter, type };
    }),
  }));
  const passedOn = [...source.matchAll(passedFunctions)].flatMap(([, list, from]) => {
    const names = wordsOf(list);
    const path = `${posix.join(posix.dirname(entry), from)}.ts`;
    return exportsOf(path, sources).filter(({ name }) => names.includes(name));
  });
  return [...passedOn, ...own];
}

function wordsOf(list: string): string[] {
  return list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word.length > 0);
}

/** The arguments of a kernel between its units and its scratch, laid out as C would. @throws Error for what is no kernel. */
function fieldsOf(entry: string, { name, parameters }: Exported): Field[] {
  const own = parameters.map(({ name, type }) => `${name}: ${type}`);
  if (own[0] !== 'from: i32' || own[1] !== 'to: i32' || own.length < 3 || own.at(-1) !== 'scratch: usize') {
    throw new Error(
      `${entry}: ${name}(${own.join(', ')}) is no kernel; give (from: i32, to: i32, ..., scratch: usize).`,
    );
  }
  let end = 0;
  return parameters.slice(2, -1).map(({ name: field, type }) => {
    if (!(type in widths)) {
      throw new Error(`${entry}: ${name} takes ${field}: ${type}; an argument is ${Object.keys(widths).join(', ')}.`);
    }
    const width = widths[type as FieldType];
    const offset = Math.ceil(end / width) * width;
    end = offset + width;
    return { name: field, type: type as FieldType, offset };
  });
}

const load = ({ type, offset }: Field) =>
  type === 'bool' ? `load<i32>(args, ${offset}) != 0` : `load<${type}>(args, ${offset})`;

/** The module that the device runs: every kernel as `(from, to, args, scratch)`, formulas as they are. */
export function launchModule(entry: string, sources: Sources): { path: string; text: string } {
  requireKnownExports(entry, sources);
  const name = basename(entry, '.ts');
  const lines = exportsOf(entry, sources).map((exported) => {
    if (exported.result !== 'void') return `export { ${exported.name} } from './${name}';`;
    const args = fieldsOf(entry, exported).map(load);
    return [
      `import { ${exported.name} as ${exported.name}Of } from './${name}';`,
      `export function ${exported.name}(from: i32, to: i32, args: usize, scratch: usize): void {`,
      `  ${exported.name}Of(${['from', 'to', ...args, 'scratch'].join(', ')});`,
      '}',
    ].join('\n');
  });
  return { path: `${dirname(entry)}/${name}.launch.ts`, text: `${lines.join('\n')}\n` };
}

const typeOf = { i32: 'number', bool: 'boolean', usize: 'Pointer', f32: 'number', f64: 'number' } as const;
const viewOf = { i32: 'i32', bool: 'i32', usize: 'i32', f32: 'f32', f64: 'f64' } as const;

/** A kernel as a value, which writes its arguments, and the constructor of its launches. */
function launchText(entry: string, exported: Exported): string {
  const { name } = exported;
  const type = `${name[0].toUpperCase()}${name.slice(1)}Args`;
  const fields = fieldsOf(entry, exported);
  const bytes = Math.max(0, ...fields.map(({ type, offset }) => offset + widths[type]));
  const views = [...new Set(fields.map(({ type }) => viewOf[type]))].sort();
  const args = fields.map(({ name, type }) => `${name}: ${typeOf[type]}`);
  const writes = fields.map(({ name, type, offset }) => {
    const value = type === 'bool' ? `Number(args.${name})` : `args.${name}`;
    return `    ${viewOf[type]}[(at >>> ${type === 'f64' ? 3 : 2}) + ${offset / widths[type]}] = ${value};`;
  });
  return [
    `interface ${type} { ${args.join('; ')} }`,
    `const ${name}Kernel: Kernel = {`,
    '  module,',
    `  name: '${name}',`,
    `  bytes: ${Math.ceil(bytes / 8) * 8},`,
    `  write({ ${views.join(', ')} }, at, args: ${type}) {`,
    ...writes,
    '  },',
    '};',
    `export const ${name} = (units: number, args: ${type}): Launch => ({ kernel: ${name}Kernel, units, args });`,
    '',
  ].join('\n');
}

/** The other side: a constructor per kernel, and the type of the formulas. @param from where the types of launches are. */
export function launchTypes(entry: string, sources: Sources, from: string): { head: string; text: string } {
  const all = exportsOf(entry, sources);
  const kernels = all.filter(({ result }) => result === 'void');
  const formulas = all.filter(({ result }) => result !== 'void');
  const text = kernels.map((exported) => launchText(entry, exported));
  const declared = formulas.map(
    ({ name, parameters }) =>
      `  ${name}(${parameters.map((parameter) => `${parameter.name}: number`).join(', ')}): number;\n`,
  );
  const pointer = text.some((kernel) => kernel.includes('Pointer')) ? 'Pointer, ' : '';
  return {
    head: `import type { Kernel, Launch, ${pointer}WasmModule } from '${from}';\n`,
    text: `${text.join('')}export interface Formulas {\n${declared.join('')}}\n`,
  };
}
