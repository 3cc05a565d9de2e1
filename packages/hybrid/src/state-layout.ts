// How the state of a layer lies in a cache: as tensors [n,...] of their own, known from the first state of its mixer.
import { firstState, type Mixer, type State } from '@twilljs/nn';
import {
  assign,
  OptionError,
  type Shape,
  type Spec,
  sameShape,
  scope,
  shown,
  size,
  Tensor,
  untracked,
  zeros,
} from '@twilljs/tensor';

/** Tensors by name, as their types and shapes. */
export type Specs = Readonly<Record<string, Spec>>;

export class StateLayout {
  private readonly mixer: Mixer;
  /** For messages: `layer 3`. */
  private readonly where: string;
  /** Of the first state of one sequence. What has no rows then is a ring: position p lies in row p mod its rows. */
  private readonly first: Specs;
  /** Numbers of one sequence that are not in rings, and of one row of all rings. */
  private readonly fixed: number;
  private readonly perRow: number;

  /** @throws OptionError for a state that cannot lie in a cache. */
  constructor(mixer: Mixer, layer: number) {
    this.mixer = mixer;
    this.where = `layer ${layer}`;
    const state = untracked(() => scope(() => specsOf(this.checked(firstState(mixer, 1)))));
    const shapes = Object.values(state).map(({ shape }) => shape);
    this.first = state;
    this.fixed = shapes.reduce((n, shape) => n + size(shape), 0);
    this.perRow = shapes.reduce((n, shape) => n + (isRing(shape) ? size(shape.map((n) => n || 1)) : 0), 0);
  }

  /** Of its rings, with room for so many tokens; 0 where it has none. */
  rows(tokens: number): number {
    return this.perRow === 0 ? 0 : (this.mixer.stateSize(tokens) - this.fixed) / this.perRow;
  }

  /** The state of n sequences with room for `tokens`. */
  specs(n: number, tokens: number): Specs {
    return this.mapped(this.first, ({ dtype, shape: [, ...rest] }) => ({
      dtype,
      shape: [n, ...rest.map((size) => size || this.rows(tokens))],
    }));
  }

  /** The state of n sequences before their first token. */
  init(n: number, capacity: number): State {
    const { mixer } = this;
    return untracked(() => scope(() => this.withRoom(this.mapped(firstState(mixer, n), copy), capacity)));
  }

  /** The same with rings that have room for `capacity` tokens. What has it stays. */
  withRoom(state: State, capacity: number): State {
    const rows = this.rows(capacity);
    return this.mapped(state, (t, name) => {
      if (!this.isRing(name) || t.shape[1] === rows) return t;
      const [n, held, ...rest] = t.shape;
      return t.size === 0 ? zeros([n, rows, ...rest], { device: t.device }) : t.pad(1, 0, rows - held);
    });
  }

  /** What `capacity` tokens more write over: all but the rings that have a row for each. */
  overwritten(state: State, capacity: number): State {
    const names = Object.keys(state).filter((name) => !this.isRing(name) || state[name].shape[1] < capacity);
    return Object.fromEntries(names.map((name) => [name, state[name]]));
  }

  /** Writes what `forward` has returned over a state. @throws OptionError when it has other tensors. */
  store(state: State, next: State): void {
    for (const name of new Set([...Object.keys(state), ...Object.keys(next)])) {
      const [now, x] = [state[name] as Tensor | undefined, next[name] as unknown];
      if (now && x instanceof Tensor && sameShape(now.shape, x.shape)) continue;
      const [given, kept] = [x, now].map((t) => (t instanceof Tensor ? `[${t.shape}]` : shown(t)));
      throw new OptionError(
        `cache: ${this.where}: forward returned ${name} ${given} in its state where it was given ${kept}; keep the tensors of ` +
          'init, with the shapes that they came in.',
      );
    }
    const own = Object.values(state).map(memoryOf);
    const changed = Object.entries(state).flatMap(([name, now]) => {
      const x = next[name];
      if (memoryOf(x) === memoryOf(now)) return [];
      return [[now, own.includes(memoryOf(x)) ? copy(x) : x] as const]; // entries that change places
    });
    for (const [now, x] of changed) assign(now, x);
  }

  private isRing(name: string): boolean {
    return isRing(this.first[name].shape);
  }

  private mapped<T, R>(of: Readonly<Record<string, T>>, f: (value: T, name: string) => R): Readonly<Record<string, R>> {
    return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, f(value, name)]));
  }

  private checked(state: State): State {
    for (const [name, t] of Object.entries(state) as [string, unknown][]) {
      const isTensor = t instanceof Tensor;
      if (isTensor && t.dtype !== 'i32' && t.shape[0] === 1 && !t.shape.slice(2).includes(0)) continue;
      throw new OptionError(
        `cache: ${this.where}: ${name} in its state is ${isTensor ? `${t.dtype} [${t.shape}]` : shown(t)} for one sequence, not ` +
          'a tensor of floats [1,...]; positions are in `at`, which forward is given.',
      );
    }
    return state;
  }
}

const isRing = (shape: Shape): boolean => shape[1] === 0;
const memoryOf = (t: Tensor) => t.requireMemory();
export const copy = (t: Tensor): Tensor => t.slice(0, 0, t.shape[0]);

const specsOf = (state: State): Specs =>
  Object.fromEntries(Object.entries(state).map(([name, { dtype, shape }]) => [name, { dtype, shape }]));

/** The states by layer, and for how many tokens of a sequence they have room. */
export interface Room {
  readonly states: readonly State[];
  readonly capacity: number;
}

/** Of all layers. */
export class StateLayouts {
  readonly layers: readonly StateLayout[];

  constructor(mixers: readonly Mixer[]) {
    this.layers = mixers.map((mixer, i) => new StateLayout(mixer, i));
  }

  /** Those of `n` sequences before their first token, with the least room. */
  init(n: number): Room {
    const capacity = this.capacityFor(0);
    return { states: this.layers.map((layout) => layout.init(n, capacity)), capacity };
  }

  /** The same states with room for `tokens`. */
  withRoom(states: readonly State[], tokens: number): Room {
    const capacity = this.capacityFor(tokens);
    return { states: this.layers.map((layout, i) => layout.withRoom(states[i], capacity)), capacity };
  }

  /** For how many tokens a cache has room that holds `tokens`: infinitely many where more change nothing. */
  capacityFor(tokens: number): number {
    let capacity = SMALLEST;
    while (capacity < tokens) capacity *= 2;
    return this.layers.every((layer) => layer.rows(capacity) === layer.rows(2 * capacity))
      ? Number.POSITIVE_INFINITY
      : capacity;
  }
}

/** Tokens for which a new cache has room. */
const SMALLEST = 256;
