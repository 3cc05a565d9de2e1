// Reads a WGSL file: its top-level items, what each refers to, and the accesses to its operands.

/** A top-level item: a function, a constant, a variable, a structure. */
export interface Item {
  readonly name: string;
  readonly text: string;
  /** Of a function with `@compute`: it is a kernel. */
  readonly entry: boolean;
  readonly words: ReadonlySet<string>;
}

export interface Field {
  readonly name: string;
  readonly type: string;
}

export interface WgslFile {
  /** Pieces that it names in `// Uses: a, b.` */
  readonly uses: readonly string[];
  readonly args: readonly Field[];
  readonly operands: readonly Field[];
  readonly items: readonly Item[];
}

const usesLine = /^\/\/ Uses: (.+)\.$/gm;
const operandLine = /@group\(0\) @binding\(\d+\) var<storage, read_write> (\w+): array<(\w+)>;/g;
const argsStruct = /struct Args \{([^}]*)\}/;
const argsLine = '@group(0) @binding(0) var<uniform> args: Args;';
const types = ['f32', 'i32', 'u32', 'vec4f'];

/** Takes a file apart. @throws Error for what would be overlooked. */
export function readWgsl(path: string, source: string): WgslFile {
  const uses = [...source.matchAll(usesLine)].flatMap(([, list]) => list.split(',').map((name) => name.trim()));
  let text = source.replace(/\/\/.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '');
  const [declared, list = ''] = argsStruct.exec(text) ?? [];
  const args = list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [name, type] = part.split(':').map((word) => word.trim());
      if (type !== 'u32' && type !== 'i32' && type !== 'f32')
        throw new Error(`${path}: args.${name} is ${type}; an argument is u32, i32 or f32.`);
      return { name, type };
    });
  if (declared !== undefined) text = text.replace(declared, '').replace(argsLine, '');
  const operands = [...text.matchAll(operandLine)].map(([, name, type]) => {
    if (!types.includes(type)) throw new Error(`${path}: ${name} holds ${type}; an operand holds ${types.join(', ')}.`);
    return { name, type };
  });
  text = text.replace(operandLine, '');
  const stray = /var<(storage|uniform)[^;]*;/.exec(text);
  if (stray)
    throw new Error(
      `${path}: ${stray[0]} is not read; write @group(0) @binding(n) var<storage, read_write> name: array<type>;`,
    );
  return { uses, args, operands, items: itemsOf(path, text) };
}

/** The place behind what closes the bracket at `from`. */
function behind(text: string, from: number): number {
  const pairs: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
  const close = pairs[text[from]];
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if (text[i] === text[from]) depth++;
    else if (text[i] === close && --depth === 0) return i + 1;
  }
  throw new Error(`nothing closes ${text.slice(from, from + 40)}`);
}

function itemsOf(path: string, text: string): Item[] {
  const items: Item[] = [];
  let at = 0;
  while (text.slice(at).trim() !== '') {
    const [semicolon, brace] = [text.indexOf(';', at), text.indexOf('{', at)];
    const braced = brace !== -1 && (semicolon === -1 || brace < semicolon);
    const end = braced ? behind(text, brace) : semicolon + 1;
    if (end === 0) throw new Error(`${path}: ${text.slice(at).trim().slice(0, 60)} does not end.`);
    const own = text.slice(at, end).trim();
    at = end;
    if (own === ';') continue;
    const [, name] = /\b(?:fn|struct|alias|const|override|var(?:<\w+>)?)\s+(\w+)/.exec(own) ?? [];
    if (!name) throw new Error(`${path}: ${own.slice(0, 60)} has no name.`);
    // WGSL makes such a variable zero at every turn of a loop; compilers were seen to keep what it held.
    const [bare] = /\bvar\s+\w+\s*:[^=;]*;/.exec(own) ?? [];
    if (bare) throw new Error(`${path}: ${bare} has no value; write one, such as array<f32, 4>().`);
    items.push({ name, text: own, entry: own.includes('@compute'), words: new Set(own.match(/[A-Za-z_]\w*/g)) });
  }
  return items;
}

/** The operands that an item touches: those whose names it does not give to variables of its own. */
export function operandsOf(text: string, operands: readonly Field[]): Field[] {
  return operands.filter(({ name }) => {
    const declared = new RegExp(`\\b(?:let|var|const)\\s+${name}\\b|[(,]\\s*${name}\\s*:`);
    return new RegExp(`(?<![.\\w])${name}\\b`).test(text) && !declared.test(text);
  });
}

const assigns = /^\s*([-+*/]?)=(?!=)/;

/**
 * In one item, `x[i]` as `load_x(i)` and `x[i] = v;` as `store_x(i, v);` for every operand; a variable of its own may have such a name.
 *
 * @throws Error for an operand used in any other way.
 */
export function rewriteAccesses(path: string, text: string, operands: readonly Field[], stored: Set<string>): string {
  const names = new Set(operandsOf(text, operands).map(({ name }) => name));
  const rewrite = (part: string): string => rewriteAccesses(path, part, operands, stored);
  let out = '';
  let at = 0;
  for (const match of text.matchAll(/(?<![.\w])[A-Za-z_]\w*/g)) {
    const [name] = match;
    if (match.index < at || !names.has(name)) continue;
    const open = match.index + name.length;
    if (text[open] !== '[')
      throw new Error(
        `${path}: ${name} stands alone in "${text.slice(open - 20, open + 20)}"; an operand is read as ${name}[i], and no variable has its name.`,
      );
    const close = behind(text, open);
    const index = rewrite(text.slice(open + 1, close - 1));
    out += text.slice(at, match.index);
    const [assign, operator] = assigns.exec(text.slice(close)) ?? [];
    if (assign === undefined) {
      out += `load_${name}(${index})`;
      at = close;
      continue;
    }
    const end = text.indexOf(';', close);
    const value = rewrite(text.slice(close + assign.length, end).trim());
    stored.add(name);
    out += operator
      ? `store_${name}(${index}, load_${name}(${index}) ${operator} (${value}));`
      : `store_${name}(${index}, ${value});`;
    at = end + 1;
  }
  return out + text.slice(at);
}
