// Where initial weights come from: a seed and the parameter's path, so that no two layers can start alike by accident.
import {
  bytesPer,
  cpu,
  type Device,
  empty,
  finite,
  hostArray,
  keep,
  meta,
  OptionError,
  parameter,
  type Random,
  requireShape,
  rng,
  type Shape,
  shown,
  size,
  type Tensor,
  tensor,
} from '@twilljs/tensor';

/** Makes parameters. Each module forks it by its field names, so a weight depends on the seed and its own path only. */
export interface Initializer {
  /** Standard deviation of every matrix, convolution and embedding: FLA's `initializer_range`. */
  readonly std: number;
  fork(path: string | number): Initializer;
  /** Refuses what will not fit, before the first number is drawn: that many elements at least will be asked for. */
  reserve?(elements: number): void;
  /** A parameter [shape] from `draw`, which gets the stream of this path and the number of elements. */
  make(shape: Shape, draw: (random: Random, count: number) => ArrayLike<number>): Tensor;
}

/**
 * Parameters on the `cpu` device, drawn from a seed.
 *
 * @param seed a whole number from 0.
 * @param std FLA's `initializer_range`, default 0.02.
 * @throws OptionError for a seed that is no whole number from 0, or a std that is no finite number from 0.
 */
export function initializer(seed: number, std = 0.02): Initializer {
  finite('initializer: std', std, 0);
  const device = cpu();
  const from = (random: Random): Initializer => ({
    std,
    reserve: (elements) => device.free(device.allocate(elements * bytesPer[device.float])),
    fork: (path) => from(random.fork(path)),
    make(shape, draw) {
      requireShape('initializer', shape);
      return keep(parameter(tensor(draw(random, size(shape)), shape)));
    },
  });
  return from(rng(seed));
}

/** Parameters with shapes and no values, on the `meta` device: for counts and for models whose weights come from a file. */
export function shapesOnly(std = 0.02): Initializer {
  finite('shapesOnly: std', std, 0);
  const device: Device = meta();
  const self: Initializer = { std, fork: () => self, make: (shape) => keep(parameter(empty(shape, device))) };
  return self;
}

/** @throws OptionError for what makes no parameters. */
export function requireInitializer(where: string, init: unknown): asserts init is Initializer {
  const { fork, make } = (init ?? {}) as Partial<Initializer>;
  if (typeof fork === 'function' && typeof make === 'function') return;
  throw new OptionError(`${where}: the initializer is ${shown(init)}; give initializer(seed), or a fork of one.`);
}

/** N(0, std^2). */
export function normal(init: Initializer, shape: Shape): Tensor {
  requireInitializer('normal', init);
  return init.make(shape, (random, count) => random.normal(count).map((x) => x * init.std));
}

/** The same value everywhere. */
export function constant(init: Initializer, shape: Shape, value: number): Tensor {
  requireInitializer('constant', init);
  finite('constant: the value', value);
  return init.make(shape, (_, count) => hostArray('constant', 'f64', count).fill(value));
}
