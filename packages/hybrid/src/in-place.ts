// The states of a model's layers in place: buffers that a one-token step updates, and what they hold as values.
import type { Mixer, State } from '@twilljs/nn';
import { assign, concat, sameShape, scope, Tensor, untracked } from '@twilljs/tensor';
import { type Makeup, makeupOf } from './makeup.ts';

/** The tensors of a state: rings [B,C,...] of what grows, with position p in row p mod C, and all others as they are. */
export type Buffers = Readonly<Record<string, Tensor>>;

/** What a state in place says of the position. */
const toRead = ['position', 'cos', 'sin'];

/** Tokens that the first rings hold. */
const SMALLEST = 256;

/** How the state of one layer lies in place. */
class LayerInPlace {
  readonly mixer: Mixer;
  private readonly makeup: Makeup;

  private constructor(mixer: Mixer, makeup: Makeup) {
    this.mixer = mixer;
    this.makeup = makeup;
  }

  /** Null where it cannot. */
  static of(mixer: Mixer): LayerInPlace | null {
    const makeup = makeupOf(mixer);
    const allowed = Object.entries(makeup.entries).every(([name, entry]) => {
      if (typeof entry === 'number') return name === 'position' && mixer.inPlace;
      const [, second, ...rest] = entry.shape;
      return entry.dtype !== 'i32' && !rest.includes(0) && (second !== 0 || mixer.inPlace);
    });
    return allowed ? new LayerInPlace(mixer, makeup) : null;
  }

  /** Of its rings, with room for so many tokens. */
  rows(tokens: number): number {
    return this.makeup.rows(tokens);
  }

  /** Whether a value after `position` tokens has the entries of the first state, in its order and of its shapes. */
  fits(state: State | undefined, batch: number, position: number): state is State {
    const { entries } = this.makeup;
    if (!state || `${Object.keys(state)}` !== `${Object.keys(entries)}`) return false;
    return Object.entries(state).every(([name, value]) => {
      const entry = entries[name];
      if (typeof value === 'number' || typeof entry === 'number')
        return value === position && typeof entry === 'number';
      const [, ...rest] = entry.shape;
      return sameShape(value.shape, [batch, ...rest.map((n) => n || this.rows(position))]);
    });
  }

  /** Buffers of their own with what a value holds after `position` tokens, and room for `capacity`. */
  enter(state: State, position: number, capacity: number): Buffers {
    const C = this.rows(capacity);
    return this.mapped(state, (ring) => (ring.shape[1] < C ? grown(ring, C) : turned(ring, C - (position % C))));
  }

  /** Larger ones. Rings that have no more to hold keep their size. */
  grow(buffers: Buffers, capacity: number): Buffers {
    return this.mapped(buffers, (ring) => grown(ring, this.rows(capacity)));
  }

  /** The value that they hold after `position` tokens, as `forward` would have returned it. */
  leave(buffers: Buffers, position: number): State {
    const rows = this.rows(position);
    const tensors = this.mapped(buffers, (ring) =>
      rows < ring.shape[1] ? ring.slice(1, 0, rows) : turned(ring, position % rows),
    );
    const names = Object.keys(this.makeup.entries);
    return Object.fromEntries(names.map((name) => [name, tensors[name] ?? position]));
  }

  /** Whether `forward` has left the rings where they are, and other tensors of the shapes that they had. */
  keeps(buffers: Buffers, next: State): boolean {
    const tensors = Object.entries(next).filter(([, value]) => value instanceof Tensor) as [string, Tensor][];
    const isKept = (name: string, x: Tensor) =>
      this.grows(name) ? storageOf(x) === storageOf(buffers[name]) : sameShape(x.shape, buffers[name].shape);
    return (
      Object.keys(buffers).every((name) => next[name] instanceof Tensor) &&
      tensors.every(([name, x]) => (name in buffers ? isKept(name, x) : toRead.includes(name)))
    );
  }

  /** Writes what `forward` has returned into the buffers. */
  update(buffers: Buffers, next: State): void {
    const own = Object.values(buffers).map(storageOf);
    const changed = Object.entries(buffers).flatMap(([name, buffer]) => {
      const x = next[name] as Tensor;
      if (storageOf(x) === storageOf(buffer)) return [];
      return [[buffer, own.includes(storageOf(x)) ? copy(x) : x] as const]; // entries that change places
    });
    for (const [buffer, x] of changed) assign(buffer, x);
  }

  private grows(name: string): boolean {
    const entry = this.makeup.entries[name];
    return typeof entry === 'object' && entry.shape[1] === 0;
  }

  private mapped(state: State, ofRing: (ring: Tensor) => Tensor): Buffers {
    const tensors = Object.entries(state).filter(([, x]) => x instanceof Tensor) as [string, Tensor][];
    const made = () => tensors.map(([name, x]) => [name, this.grows(name) ? ofRing(x) : copy(x)] as const);
    return untracked(() => scope(() => Object.fromEntries(made())));
  }
}

const storageOf = (x: Tensor) => x.requireMemory();
const copy = (x: Tensor): Tensor => x.slice(0, 0, x.shape[0]);
const grown = (ring: Tensor, C: number): Tensor => ring.pad(1, 0, C - ring.shape[1]);

/** Rows from `first` on, then those before it. */
function turned(ring: Tensor, first: number): Tensor {
  const [, C] = ring.shape;
  return first % C === 0 ? copy(ring) : concat([ring.slice(1, first, C), ring.slice(1, 0, first)], 1);
}

/** How the states of all layers do. */
export class InPlace {
  readonly layers: readonly LayerInPlace[];

  private constructor(layers: readonly LayerInPlace[]) {
    this.layers = layers;
  }

  /** Null where the state of one mixer cannot lie in place. */
  static of(mixers: readonly Mixer[]): InPlace | null {
    const layers = mixers.map(LayerInPlace.of);
    return layers.includes(null) ? null : new InPlace(layers as LayerInPlace[]);
  }

  /** For how many tokens buffers are made that hold `tokens`: infinitely many where more change nothing. */
  capacityFor(tokens: number): number {
    let capacity = SMALLEST;
    while (capacity < tokens) capacity *= 2;
    return this.layers.every((layer) => layer.rows(capacity) === layer.rows(2 * capacity))
      ? Number.POSITIVE_INFINITY
      : capacity;
  }
}
