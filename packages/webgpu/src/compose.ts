// The WGSL that runs: a module, with its operands as places in the heaps.
import type { Field, WgslModule } from './kernel.ts';

/** By which bytes an operand's offset counts. */
export function grainOf({ wide }: WgslModule, type: string): number {
  return wide && type === 'vec4f' ? 16 : 4;
}

/** How a number of the memory is read as a type, and written. */
function accessors([name, type]: Field, heap: string, wide: boolean): string {
  const at = `args.at_${name}`;
  const load = (value: string) => `fn load_${name}(i: u32) -> ${type} { return ${value}; }`;
  const store = (words: string) => `fn store_${name}(i: u32, value: ${type}) { ${words} }`;
  if (wide && type === 'vec4f') {
    return [load(`bitcast<vec4f>(${heap}[${at} + i])`), store(`${heap}[${at} + i] = bitcast<vec4u>(value);`)].join(
      '\n',
    );
  }
  if (wide) return load(`bitcast<${type}>(${heap}[(${at} + i) >> 2u][(${at} + i) & 3u])`);
  if (type !== 'vec4f') {
    return [load(`bitcast<${type}>(${heap}[${at} + i])`), store(`${heap}[${at} + i] = bitcast<u32>(value);`)].join(
      '\n',
    );
  }
  const four = [0, 1, 2, 3].map((part) => `bitcast<f32>(${heap}[${at} + 4u * i + ${part}u])`);
  return load(`vec4f(${four.join(', ')})`);
}

/**
 * The text of a module.
 *
 * @param heaps by operand: the number of the binding in which it lies.
 */
export function compose(module: WgslModule, heaps: readonly number[]): string {
  const { args, operands, wide, text } = module;
  const fields = [...args, ...operands.map(([name]): Field => [`at_${name}`, 'u32'])];
  const bindings = Array.from(
    { length: Math.max(1, ...heaps.map((heap) => heap + 1)) },
    (_, i) => `@group(1) @binding(${i}) var<storage, read_write> heap${i}: array<${wide ? 'vec4u' : 'u32'}>;`,
  );
  return [
    `struct Args { ${fields.map(([name, type]) => `${name}: ${type}`).join(', ')} }`,
    '@group(0) @binding(0) var<uniform> args: Args;',
    ...bindings,
    ...operands.map((operand, i) => accessors(operand, `heap${heaps[i]}`, wide)),
    text,
  ].join('\n');
}

/** Where the arguments of a launch are in its record of 4-byte words. */
export function recordWords({ args, operands }: WgslModule): number {
  return args.length + operands.length;
}
