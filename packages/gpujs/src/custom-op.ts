// customOp: an op whose element is a function of plain JavaScript, for gpu.js and for the reference.
import {
  DeviceError,
  knownOnly,
  type Op,
  OptionError,
  type Shape,
  ShapeError,
  shown,
  size,
  type Tensor,
  type View,
} from '@twilljs/tensor';
import { explained, requireOneMeaning } from './custom-body.ts';
import type { GpuJsKernel } from './kernel.ts';
import { copied } from './kernels/unary.ts';

/** Numbers of a custom op by name, as `numbers` lists them. */
export type CustomAttrs = Readonly<Record<string, number>> | null;

/**
 * One element: `this.thread.x` is its place in the flattened result, arguments are the inputs, flattened, and then the numbers.
 * It is compiled by gpu.js: numbers, `Math`, `if`, `for`, local variables with names of their own; no objects and no closures.
 */
// biome-ignore lint/suspicious/noExplicitAny: arrays first, then numbers; how many of each, the options say.
export type ElementFunction = (this: { readonly thread: { readonly x: number } }, ...args: any[]) => number;

/** What `customOp` makes an op of. */
export interface CustomOpOptions {
  /** Unique among the ops of a device. */
  readonly name: string;
  /** Names of the tensors that it is given. */
  readonly inputs: readonly string[];
  /** Names of the numbers that it is given besides, its attributes. Default: none. */
  readonly numbers?: readonly string[];
  /** Of the result. Default: that of the first input. */
  shape?(ins: readonly Shape[], attrs: CustomAttrs): Shape;
  /** A `function`, or its text where a minifier would rewrite it. */
  readonly body: ElementFunction | string;
  /** Cotangents of the inputs from that of the result, by ops that have gradients themselves. Without it nothing flows through. */
  vjp?(dy: Tensor, ins: readonly Tensor[], y: Tensor, attrs: CustomAttrs): readonly (Tensor | null)[];
}

/** An op of your own, with its kernel. */
export interface CustomOp {
  /** For `apply` and `apply1`; it runs on `gpujs` and on the reference, `cpu()`. */
  readonly op: Op<CustomAttrs>;
  /** For `gpujs({ kernels })`. */
  readonly kernel: GpuJsKernel<CustomAttrs>;
}

/**
 * An op of your own, by the function of one element.
 *
 * @throws OptionError for a name, inputs or a body that cannot be. gpu.js compiles the body when it is first called: a DeviceError
 * of the next read says what it could not take.
 * @example
 * const { op, kernel } = customOp({ name: 'square', inputs: ['x'], body: function (x) { return x[this.thread.x] * x[this.thread.x]; } });
 * const y = apply1(op, [ones([2], { device: gpujs({ kernels: [kernel] }) })], null);
 */
export function customOp(options: CustomOpOptions): CustomOp {
  knownOnly('customOp', options, ['name', 'inputs', 'numbers', 'shape', 'body', 'vjp']);
  const { name, inputs, numbers = [], shape, body, vjp } = options;
  requireNames('name', [name]);
  requireNames('inputs', inputs);
  if (inputs.length === 0) throw new OptionError(`customOp: ${name} has no inputs; name one at least.`);
  requireNames('numbers', numbers);
  requireNames('inputs and numbers', [...inputs, ...numbers]);
  requireFunctions({ shape, vjp });
  const source = sourceOf(name, body, inputs.length + numbers.length);
  requireOneMeaning(name, source);
  const program = { name: `custom ${name}`, source, isBare: true };
  const given = (attrs: CustomAttrs): number[] => numbers.map((number) => numberOf(name, number, attrs));
  const op: Op<CustomAttrs> = {
    name,
    inputs,
    outputs: ['y'],
    shape(ins, attrs) {
      given(attrs);
      return [shape ? shape(ins as Shape[], attrs) : ins[0]!];
    },
    cpu(ins, [y], attrs) {
      const element = typeof body === 'function' ? body : evaluated(name, source);
      fill(y, element, [...ins.map(({ data }) => data), ...given(attrs)]);
    },
    ...(vjp && {
      vjp([dy], ins, [y], attrs) {
        const found = vjp(dy, ins, y, attrs);
        if (found.length === ins.length) return [...found];
        throw new ShapeError(
          `customOp: the vjp of ${name} gives ${found.length} cotangents for ${ins.length} inputs; give one each, null for none.`,
        );
      },
      reads: [...inputs, 'y'],
    }),
  };
  const kernel: GpuJsKernel<CustomAttrs> = {
    op: name,
    async run(ins, attrs, [y], call) {
      // What begins in the middle of a memory is copied out of it: the function knows of no offsets.
      const begun = ins.map((x) => (x!.offset === 0 ? x! : call(copied, size(x!.shape), [x!])));
      const args = [...(await Promise.all(begun)), ...given(attrs)];
      try {
        return [await call(program, size(y), args)];
      } catch (error) {
        throw error instanceof DeviceError ? explained(error) : error;
      }
    },
  };
  return { op, kernel };
}

/** @throws OptionError for a text that is no function. */
function evaluated(name: string, source: string): ElementFunction {
  try {
    return new Function(`return (${source})`)() as ElementFunction;
  } catch (cause) {
    throw new OptionError(
      `customOp: the body of ${name} cannot be read (${(cause as Error).message}); write function (x) { ... }.`,
      { cause },
    );
  }
}

function fill({ data }: View, element: ElementFunction, args: readonly unknown[]): void {
  for (let x = 0; x < data.length; x++) data[x] = element.apply({ thread: { x } }, [...args]);
}

function requireNames(option: string, names: readonly string[]): void {
  const isName = (one: unknown) => typeof one === 'string' && /^[A-Za-z][A-Za-z0-9]*$/.test(one);
  if (Array.isArray(names) && names.every(isName) && new Set(names).size === names.length) return;
  throw new OptionError(`customOp: ${option} is ${shown(names)}; give different words of letters and digits.`);
}

function requireFunctions(options: Record<string, unknown>): void {
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || typeof value === 'function') continue;
    throw new OptionError(`customOp: ${option} is ${shown(value)}; give a function, or leave it out.`);
  }
}

function numberOf(op: string, number: string, attrs: CustomAttrs): number {
  const value = attrs?.[number];
  if (typeof value === 'number') return value;
  throw new OptionError(`${op}: ${number} is ${shown(value)}; give a number among the attributes.`);
}

/** The text of a function as gpu.js reads it: `function (...) { ... }`, also of a method. */
function sourceOf(name: string, body: unknown, count: number): string {
  if (typeof body === 'function' && body.length !== count) {
    throw new OptionError(
      `customOp: the body of ${name} takes ${body.length} arguments, and there are ${count} inputs and numbers; name them all.`,
    );
  }
  const text = typeof body === 'function' || typeof body === 'string' ? String(body).trim() : '';
  if (/^function\b/.test(text)) return text;
  if (/^[A-Za-z_$][\w$]*\s*\(/.test(text)) return `function ${text}`;
  throw new OptionError(
    `customOp: the body of ${name} is ${shown(text || body)}; write function (x) { ... }, which has the \`this\` that an arrow lacks.`,
  );
}
