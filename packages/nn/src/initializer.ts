// Where initial weights come from: a seed and the parameter's path, so that no two layers can start alike by accident.
import {
  type Device,
  empty,
  finite,
  keep,
  meta,
  parameter,
  type Random,
  rng,
  type Shape,
  size,
  type Tensor,
  tensor,
} from '@twilljs/tensor';

/** Makes parameters. Each module forks it by its field names, so a weight depends on the seed and its own path only. */
export interface Initializer {
  /** Standard deviation of every matrix, convolution and embedding: FLA's `initializer_range`. */
  readonly std: number;
  fork(path: string | number): Initializer;
  /** A parameter [shape] from `draw`, which gets the stream of this path and the number of elements. */
  make(shape: Shape, draw: (random: Random, count: number) => ArrayLike<number>): Tensor;
}

/**
 * Parameters on the `cpu` device, drawn from a seed.
 *
 * @param seed a whole number.
 * @param std FLA's `initializer_range`, default 0.02.
 * @throws OptionError for a seed or a deviation that cannot be.
 */
export function initializer(seed: number, std = 0.02): Initializer {
  finite('initializer: std', std, 0);
  const from = (random: Random): Initializer => ({
    std,
    fork: (path) => from(random.fork(path)),
    make: (shape, draw) => keep(parameter(tensor(draw(random, size(shape)), shape))),
  });
  return from(rng(seed));
}

/** Parameters with shapes and no values, on the `meta` device: for counts and for models whose weights come from a file. */
export function shapesOnly(std = 0.02): Initializer {
  const device: Device = meta();
  const self: Initializer = { std, fork: () => self, make: (shape) => keep(parameter(empty(shape, device))) };
  return self;
}

/** N(0, std^2). */
export function normal(init: Initializer, shape: Shape): Tensor {
  return init.make(shape, (random, count) => random.normal(count).map((x) => x * init.std));
}

/** The same value everywhere. */
export function constant(init: Initializer, shape: Shape, value: number): Tensor {
  return init.make(shape, (_, count) => new Float64Array(count).fill(value));
}
