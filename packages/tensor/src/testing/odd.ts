// Arguments that nobody should write, and what a function makes of them: a typed error or a sound result, nothing else.
import { parameter } from '../autograd.ts';
import { cpu } from '../cpu.ts';
import { tensor } from '../create.ts';
import type { Device } from '../device.ts';
import { isTwillError } from '../errors.ts';
import { meta } from '../meta.ts';
import { shown } from '../options.ts';
import { keep, release, tensorsIn } from '../scope.ts';
import { size } from '../shape.ts';

/** A function, and arguments that fit it. */
export interface Fitting {
  call(...args: never[]): unknown;
  args(): readonly unknown[];
}

/** One argument of a call, by its place, replaced by one of the odd values, by its own. */
export interface Misuse {
  readonly argument: number;
  readonly odd: number;
}

/** What people and fuzzers write: other types, numbers that are no sizes, tensors that do not belong there. */
function oddValues(device: Device): readonly unknown[] {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const released = tensor([1, 2, 3, 4, 5, 6], [2, 3], { device });
  release(released);
  const elsewhere = device.name === 'cpu-f64' ? cpu() : cpu({ float: 'f64' });
  return [
    ...[undefined, null, true, false, '', 'x', 'i32', '3', 1n, Symbol('odd')],
    ...[0, -0, 1, 2, -1, -4, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ...[2 ** 36, -(2 ** 36), 2 ** 53, -1e9, Number.MIN_VALUE],
    ...[
      [],
      [1],
      [2, 3],
      [3, 2],
      [0],
      [-1],
      [-1, -1],
      [1.5],
      [Number.NaN],
      [2 ** 36],
      [2 ** 36, 2 ** 36],
      ['a'],
      [[1]],
      [null],
      cyclic,
    ],
    ...[
      {},
      { device: 'cpu' },
      { dtype: 'f16' },
      { axis: 1 },
      Object.create(null),
      new Map(),
      new Date(0),
      Promise.resolve(1),
    ],
    ...[() => 1, async () => 1, Float32Array.of(1, 2), Int32Array.of(5, -1), BigInt64Array.of(1n), new ArrayBuffer(8)],
    ...[tensor([1, 2, 3, 4, 5, 6], [2, 3], { device }), tensor([1], [], { device }), tensor([], [0, 3], { device })],
    tensor([1, 2, 3, 4], [2, 2], { device, dtype: 'bf16' }),
    ...[tensor(Int32Array.of(9, -9, 2 ** 31 - 1), [3], { device }), parameter(tensor([1, 2], [2], { device }))],
    ...[released, [released], tensor([1, 2], [2], { device: elsewhere }), tensor([1, 2], [2], { device: meta() })],
  ];
}

/**
 * For functions by name, on a device: what is wrong with how one takes a call in which some arguments are replaced.
 *
 * @returns a function whose result tells of an error without a type, or of a tensor that does not hold its shape; null for a typed
 * error or a sound result.
 */
export function faults(
  table: Readonly<Record<string, Fitting>>,
  device: Device,
): (name: string, misuses: readonly Misuse[]) => Promise<string | null> {
  const odd = oddValues(device);
  keep(odd);
  return async (name, misuses) => {
    const { call, args } = table[name];
    const given = [...args()];
    for (const misuse of misuses) given[misuse.argument % (given.length + 1)] = odd[misuse.odd % odd.length];
    const fault = await outcome(() => call(...(given as never[])));
    return fault && `${name}(${given.map((value) => shown(value)).join(', ')}) ${fault}`;
  };
}

async function outcome(run: () => unknown): Promise<string | null> {
  try {
    for (const t of tensorsIn(await run())) {
      if (!t.shape.every((d) => Number.isSafeInteger(d) && d >= 0)) return `made a tensor of shape [${t.shape}]`;
      if (t.device === meta()) continue;
      const { length } = await t.data();
      if (length !== size(t.shape)) return `made a tensor [${t.shape}] of ${length} values`;
    }
    return null;
  } catch (error) {
    return isTwillError(error) ? null : `threw ${error instanceof Error ? error.stack : String(error)}`;
  }
}
