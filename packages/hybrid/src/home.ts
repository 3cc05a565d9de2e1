// Where a model is: its parameters on a device, in one arena but for those stored in bf16, and what was recorded there.
import { arenaOf, type ParameterArena, params } from '@twilljs/nn';
import { bytesPer, type Device, OptionError, release, shown } from '@twilljs/tensor';
import { Place } from './place.ts';
import { Recorded } from './recorded.ts';
import type { Shared, Stack } from './stack.ts';

/** What a model is and holds. */
export interface ModelReport {
  readonly parameters: number;
  /** That the parameters take up. */
  readonly bytes: number;
  /** Where they are. */
  readonly device: string;
  /** Steps that are recorded there: of decoding and measuring, by shape. */
  readonly recordings: number;
}

export class Home {
  private readonly stack: Stack;
  private readonly shared: Shared;
  private readonly best: () => Promise<Device>;
  // Out of sight for whoever looks for parameters: it may hold some that are no longer of the model.
  #placed: ParameterArena | null = null;
  /** While it is, some parameters are here and some there. */
  private isMoving = false;
  private isDisposed = false;
  private at: Place;
  private steps: Recorded | null = null;

  constructor(stack: Stack, shared: Shared, best: () => Promise<Device>) {
    this.stack = stack;
    this.shared = shared;
    this.best = best;
    this.at = placeOf(stack);
  }

  get device(): Device {
    return this.stack.model.embeddings.weight.device;
  }

  /** To know the caches that belong to the model where it is. */
  get place(): Place {
    this.requireAlive();
    return this.at;
  }

  /** What the model has recorded here. */
  get recorded(): Recorded {
    this.requireAlive();
    this.steps ??= new Recorded(this.stack, this.at, this.device);
    return this.steps;
  }

  /** Whether its parameters lie in an arena. */
  get isPlaced(): boolean {
    return this.#placed !== null;
  }

  get arena(): ParameterArena {
    this.requireStill();
    if (this.#placed) return this.#placed;
    throw new OptionError('model: its parameters lie in no arena yet; call await model.to(device) before training it.');
  }

  async moveTo(device: Device | Promise<Device> | undefined): Promise<void> {
    this.requireAlive();
    const place = await (device ?? this.best());
    if (typeof place?.find !== 'function') {
      throw new OptionError(`model.to: ${shown(place)} is no device; give one, such as await device() or cpu().`);
    }
    this.requireStill();
    const before = this.#placed;
    this.isMoving = true;
    try {
      this.#placed = await arenaOf(params(this.stack), place, this.shared.noDecay);
    } finally {
      this.isMoving = false;
    }
    this.leave(before);
  }

  report(): ModelReport {
    this.requireAlive();
    const all = [...params(this.stack).values()];
    const parameters = all.reduce((n, t) => n + t.size, 0);
    const apart = all.filter(({ dtype }) => this.#placed === null || dtype === 'bf16');
    const lying = this.#placed ? [this.#placed.flat, ...apart] : apart;
    const bytes = lying.reduce((n, t) => n + t.size * bytesPer[t.dtype], 0);
    const { label } = this.device;
    return { parameters, bytes, device: label, recordings: this.steps?.size ?? 0 };
  }

  [Symbol.dispose](): void {
    if (this.isDisposed) return;
    this.requireStill();
    this.leave(this.#placed);
    release([...params(this.stack).values()]);
    this.isDisposed = true;
  }

  /** @throws OptionError after dispose. */
  requireAlive(): void {
    if (!this.isDisposed) return;
    throw new OptionError('model: it was given back by dispose and holds no parameters; make or load another one.');
  }

  private requireStill(): void {
    this.requireAlive();
    if (!this.isMoving) return;
    throw new OptionError('model: it is being moved to a device; await model.to(device) before anything else.');
  }

  private leave(before: ParameterArena | null): void {
    this.steps?.[Symbol.dispose]();
    this.steps = null;
    this.at = placeOf(this.stack);
    release(before?.flat);
  }
}

const placeOf = ({ config, model }: Stack): Place =>
  new Place(
    config,
    model.layers.map(({ attn }) => attn),
  );
