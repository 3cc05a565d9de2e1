// What a model does again and again without a gradient: forward, loss, and reading on in a cache; recorded once per shape.
import { placesFor, SequencePlaces, type Sequences, type State } from '@twilljs/nn';
import {
  argmax,
  concat,
  type Device,
  embedding,
  OptionError,
  type StepReport,
  scope,
  type Tensor,
} from '@twilljs/tensor';
import type { Cache } from './cache.ts';
import type { HostIds } from './ids.ts';
import type { Place } from './place.ts';
import { type Given, Recording, Recordings } from './recordings.ts';
import { headOf, logitsOf, lossOf, type Stack, type Stream, shownOf, summed, through } from './stack.ts';
import { countsOf, type Placed, partsOf } from './where.ts';

/** Tokens of a sequence in one step: a prompt of any length takes the memory of one. */
const BLOCK = 512;

/**
 * What is wanted of tokens that a cache reads: logits at all of them, after the last of each sequence, the stream before the head, or
 * nothing; a number says logits after the last, and the most likely of so many ids beside them.
 */
type Wanted = 'all' | 'last' | 'stream' | 'none' | number;

/** That, and ids beside it where they were asked for. */
interface Made {
  readonly wanted: Tensor;
  readonly ids: Tensor | null;
}

/** Logits, and of each row the most likely id. */
export interface Chosen {
  readonly logits: Tensor;
  readonly ids: Tensor;
}

/** Of a model where it is now. */
export class Recorded {
  private readonly stack: Stack;
  private readonly place: Place;
  private readonly device: Device;
  private readonly recordings = new Recordings();

  constructor(stack: Stack, place: Place, device: Device) {
    this.stack = stack;
    this.place = place;
    this.device = device;
  }

  /** How many there are. */
  get size(): number {
    return this.recordings.size;
  }

  /** What the step runs that was used last. @throws OptionError where there is none that replays. */
  inspect(): StepReport {
    const { latest } = this.recordings;
    if (latest) return latest.inspect();
    throw new OptionError(
      'model.inspect: nothing was recorded; decode or measure a few times on a device that records.',
    );
  }

  /** Logits as callers see them, [B,T,N]. */
  logits(placed: Placed): Tensor {
    const length = placed.before?.T ?? null;
    return this.measure(`logits ${length}`, placed, [placed.ids], ([ids], at) =>
      shownOf(logitsOf(this.stack, ids, at), at, length),
    );
  }

  /** The residual stream after the last block, [B T,D]; after what a cache holds, which goes on, where one is given. */
  stream(placed: Placed, cache?: Cache): Tensor {
    if (cache) return this.read('stream', placed, cache)!.wanted;
    return this.measure('stream', placed, [placed.ids], ([ids], at) =>
      rowsOf(through(this.stack, ids, [], at).at(-1)!),
    );
  }

  /** The mean loss of ids over labels beside them. */
  loss(placed: Placed, labels: Given): Tensor {
    return this.measure('loss', placed, [placed.ids, labels], ([ids, labels], at) =>
      lossOf(this.stack, logitsOf(this.stack, ids, at), labels, at),
    );
  }

  private measure(
    what: string,
    { ids, ranges, before }: Placed,
    given: readonly Given[],
    step: (given: readonly Tensor[], at?: Sequences) => Tensor,
  ): Tensor {
    const [B, T] = ids.shape;
    const sequences = ranges ? ranges.length / 2 : 0;
    const n = before ? sequences : placesFor(sequences);
    const key = `${what} ${given.map(({ shape }) => shape).join(' ')} ${ranges ? n : 'rows'}`;
    const recording = this.recordings.get(key, () => {
      const rotary = rotariesOf(this.stack);
      const places = ranges && new SequencePlaces(this.device, { B, T, n, packed: true, rotary });
      const at = places?.at(0); // nobody goes on from here
      return new Recording(this.device, given, (given) => step(given, at), places);
    });
    if (ranges) recording.places!.write(ranges);
    return recording.run(given);
  }

  /** Logits of ids after what a cache holds, which goes on, as callers see them [B,T,N]. */
  forward(placed: Placed, cache: Cache): Tensor {
    return this.read('all', placed, cache)!.wanted;
  }

  /** What `next` gives, and the most likely of the first `among` ids, i32 [n]. */
  choose(placed: Placed, cache: Cache, among: number): Chosen {
    if (partsOf(placed, BLOCK).length === 1) {
      const { wanted: logits, ids } = this.read(among, placed, cache)!;
      return { logits, ids: ids! };
    }
    const logits = this.next(placed, cache);
    return { logits, ids: bestOf(logits, among) };
  }

  /** The same after the last token of each sequence, [n,N], part by part. What throws leaves the cache where it was. */
  next(placed: Placed, cache: Cache): Tensor {
    const parts = partsOf(placed, BLOCK);
    if (parts.length === 1) return this.read('last', placed, cache)!.wanted;
    const left = countsOf(placed);
    cache.roomFor(this.place, left);
    using before = cache.mark();
    try {
      return scope(() => {
        const last: Tensor[] = []; // [1,N]
        for (const part of parts) {
          const counts = countsOf(part);
          for (const [i, count] of counts.entries()) left[i] -= count;
          const ending = [...counts.keys()].filter((i) => counts[i] > 0 && left[i] === 0);
          const read = scope(() => this.read(ending.length > 0 ? 'last' : 'none', part, cache));
          if (ending.length === counts.length) return read!.wanted;
          for (const i of ending) last[i] = read!.wanted.slice(0, i, i + 1);
        }
        return concat(last, 0);
      });
    } catch (error) {
      before.restore();
      throw error;
    }
  }

  private read(wanted: Wanted, placed: Placed, cache: Cache): Made | null {
    const { ids, ranges } = placed;
    const counts = countsOf(placed);
    const { states, capacity } = cache.roomFor(this.place, counts);
    const given: Given[] = [ids];
    if (ranges && (wanted === 'last' || typeof wanted === 'number')) given.push(lastOf(ranges));
    const length = wanted === 'all' ? (placed.before?.T ?? null) : null; // of the rows in which logits are wanted
    const [B, T] = ids.shape;
    const key = `${wanted} ${length} ${B} ${T} ${ranges ? counts.length : 'rows'} ${capacity}`;
    const step = this.recordings.get(key, () => this.reading(wanted, length, placed, given, capacity));
    step.places!.write(ranges, cache.positions);
    const read = step.run(given, states);
    cache.advance(counts);
    return read;
  }

  private reading(
    wanted: Wanted,
    length: number | null,
    placed: Placed,
    given: readonly Given[],
    capacity: number,
  ): Recording<[readonly State[]], Made | null> {
    const { stack, place, device } = this;
    const [B, T] = placed.ids.shape;
    const packed = placed.ranges !== null;
    const places = new SequencePlaces(device, { B, T, n: countsOf(placed).length, packed, rotary: rotariesOf(stack) });
    const at = places.at(capacity);
    const step = ([tokens, last]: readonly Tensor[], states: readonly State[]) => {
      const left = through(stack, tokens, states, at);
      const stream = left.at(-1)!;
      const logits = () => {
        if (wanted === 'all') return shownOf(headOf(stack, stream), at, length);
        if (T === 1 && !last) return headOf(stack, flat(stream)); // [n,N]
        const h = summed(stream); // [B,T,D]
        const D = h.shape[2];
        const rows = last ? embedding(h.reshape([B * T, D]), last) : h.slice(1, T - 1, T);
        return headOf(stack, { h: rows.reshape([rows.shape[0], D]), branch: null }); // [n,N]
      };
      const made = wanted === 'none' ? null : wanted === 'stream' ? rowsOf(stream) : logits();
      const ids = typeof wanted === 'number' ? bestOf(made!, wanted) : null;
      // At the end, so that what throws has changed no state.
      place.layouts.layers.forEach((layout, i) => {
        layout.store(states[i], left[i].state);
      });
      return made && { wanted: made, ids };
    };
    return new Recording(device, given, step, places);
  }

  [Symbol.dispose](): void {
    this.recordings[Symbol.dispose]();
  }
}

/** A stream [B,1,D] as [B,D]. */
function flat({ h, branch }: Stream): Stream {
  const [B, , D] = h.shape;
  return { h: h.reshape([B, D]), branch: branch?.reshape([B, D]) ?? null };
}

/** A stream [B,T,D] as [B T,D]. */
function rowsOf(stream: Stream): Tensor {
  const h = summed(stream);
  const D = h.shape[2];
  return h.reshape([h.size / D, D]);
}

/** The most likely of the first `among` ids. */
const bestOf = (logits: Tensor, among: number): Tensor =>
  argmax(among < logits.shape[1] ? logits.slice(1, 0, among) : logits);

const rotariesOf = ({ model }: Stack) => model.layers.map(({ attn }) => attn.rotary);

/** Of each sequence the position of its last token, [n,1]; any where it has none. */
function lastOf(ranges: Int32Array): HostIds {
  const n = ranges.length / 2;
  return { data: Int32Array.from({ length: n }, (_, i) => Math.max(0, ranges[2 * i + 1] - 1)), shape: [n, 1] };
}
