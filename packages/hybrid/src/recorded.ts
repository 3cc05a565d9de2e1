// What a model does again and again without a gradient: forward, loss, and one token in place; recorded once per shape.
import { SequencePlaces, type Sequences } from '@twilljs/nn';
import { type Device, OptionError, type StepReport, type Tensor } from '@twilljs/tensor';
import type { Cache } from './cache.ts';
import type { Buffers, InPlace } from './in-place.ts';
import type { Place } from './place.ts';
import { Position } from './position.ts';
import { type Given, Recording, Recordings } from './recordings.ts';
import { headOf, logitsOf, lossOf, type Stack, shownOf, through } from './stack.ts';
import { filledUp, type Placed, placesFor } from './where.ts';

/** Logits [B,N] of one token per sequence; null where a state has changed its shape. */
type Step = Recording<[readonly Buffers[]], Tensor | null>;

/** Of a model where it is now. */
export class Recorded {
  private readonly stack: Stack;
  private readonly place: Place;
  private readonly device: Device;
  private readonly recordings = new Recordings();
  /** Absent before the first token in place. */
  private position: Position | undefined;

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
      const rotary = this.stack.model.layers.map(({ attn }) => attn.rotary);
      const places = ranges && new SequencePlaces(this.device, { B, T, n, packed: true, rotary });
      const at = places?.at(T);
      return new Recording(this.device, given, (given) => step(given, at), places);
    });
    if (ranges) recording.places!.write(filledUp(ranges, n, B * T), new Int32Array(n));
    return recording.run(given);
  }

  /** Logits [B,N] of ids [B,1] after what a cache holds, which goes on; null where its states are no such that can lie in place. */
  next(ids: Given, cache: Cache): Tensor | null {
    const room = cache.roomFor(this.place, ids.shape[0]);
    if (!room) return null;
    this.position ??= new Position(this.device);
    const { position } = this;
    const key = `next ${ids.shape} ${room.capacity}`;
    const step = this.recordings.get(key, () => this.step(this.place.inPlace!, ids, position));
    position.moveTo(cache.position);
    const logits = step.run([ids], room.buffers);
    if (logits) cache.advance(1);
    else this.place.decodesByValue = true;
    return logits;
  }

  private step({ layers }: InPlace, ids: Given, position: Position): Step {
    const { stack } = this;
    const more = layers.map(({ mixer }) => position.entriesFor(mixer));
    return new Recording(this.device, [ids], ([ids], buffers) => {
      const states = layers.map((_, i) => ({ ...buffers[i], ...more[i] }));
      const left = through(stack, ids, states);
      const h = left.at(-1)!.h;
      const logits = headOf(stack, h.reshape([h.shape[0], h.shape[2]]));
      if (!layers.every((layer, i) => layer.keeps(buffers[i], left[i].state))) return null;
      // At the end, so that what throws has changed no state.
      layers.forEach((layer, i) => {
        layer.update(buffers[i], left[i].state);
      });
      return logits;
    });
  }

  [Symbol.dispose](): void {
    this.recordings[Symbol.dispose]();
    this.position?.[Symbol.dispose]();
  }
}
