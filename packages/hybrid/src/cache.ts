// What a model remembers while it decodes: the states of its layers, owned until they are replaced.
import type { State } from '@twilljs/nn';
import { type Device, FileError, keep, release, type Shape, size, Tensor, tensor } from '@twilljs/tensor';

const MAGIC = 'twill cache 1\n';

interface Header {
  readonly batch: number;
  readonly position: number;
  readonly layers: readonly Readonly<Record<string, number | { readonly shape: Shape }>>[];
}

/** States by layer, for a batch of sequences of equal length. */
export class Cache {
  readonly batch: number;
  private tokens: number;
  private states: readonly (State | undefined)[];

  /** Takes over `states`. Use `model.cache(batch)`. */
  constructor(batch: number, states: readonly (State | undefined)[], position = 0) {
    this.batch = batch;
    this.tokens = position;
    this.states = keep(states);
  }

  /** Tokens seen per sequence. */
  get position(): number {
    return this.tokens;
  }

  /** Internal: the state of a layer; absent before the first token. */
  state(layer: number): State | undefined {
    return this.states[layer];
  }

  /** Internal: the states after `tokens` more tokens; the old ones are given back. */
  advance(states: readonly State[], tokens: number): void {
    const old = this.states;
    this.states = keep(states);
    this.tokens += tokens;
    release(old);
  }

  /** An independent continuation from here. States are values, so this copies no numbers. */
  fork(): Cache {
    return new Cache(
      this.batch,
      this.states.map((s) => s && mapTensors(s, (t) => t.handle())),
      this.tokens,
    );
  }

  /** A function that sets this cache back to where it is now, any number of times. */
  snapshot(): { restore(): void; [Symbol.dispose](): void } {
    const saved = this.fork();
    return {
      restore: () => {
        const copy = saved.fork();
        release(this.states);
        this.states = copy.states;
        this.tokens = copy.tokens;
      },
      [Symbol.dispose]: () => saved[Symbol.dispose](),
    };
  }

  /** All states as bytes, for `model.restore`. */
  async serialize(): Promise<Uint8Array> {
    const layers: Record<string, number | { shape: Shape }>[] = [];
    const parts: Uint8Array[] = [];
    for (const state of this.states) {
      const entries: Record<string, number | { shape: Shape }> = {};
      for (const [name, value] of Object.entries(state ?? {})) {
        entries[name] = typeof value === 'number' ? value : { shape: value.shape };
        if (typeof value !== 'number') parts.push(new Uint8Array(Float32Array.from(await value.data()).buffer));
      }
      layers.push(entries);
    }
    const header: Header = { batch: this.batch, position: this.tokens, layers };
    return joined([new TextEncoder().encode(`${MAGIC}${JSON.stringify(header)}\n`), ...parts]);
  }

  /** Gives the states back. */
  [Symbol.dispose](): void {
    release(this.states);
    this.states = [];
  }
}

function mapTensors(state: State, f: (t: Tensor) => Tensor): State {
  return Object.fromEntries(Object.entries(state).map(([name, v]) => [name, v instanceof Tensor ? f(v) : v]));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * The cache that `serialize` wrote.
 *
 * @param names entry names of each layer's state, to tell a cache of another model.
 * @throws FileError when the bytes are damaged or of another model.
 */
export function parseCache(bytes: Uint8Array, names: readonly (readonly string[])[], device: Device): Cache {
  const header = parseHeader(bytes);
  const fits =
    header.layers.length === names.length &&
    header.layers.every((entries, i) => {
      const given = Object.keys(entries);
      return given.length === 0 || `${given.sort()}` === `${[...names[i]].sort()}`;
    });
  if (!fits)
    throw new FileError('cache: its layers are not those of this model; restore it with the model that wrote it.');
  let at = header.start;
  const states = header.layers.map((entries) => {
    const state: Record<string, Tensor | number> = {};
    for (const [name, entry] of Object.entries(entries)) {
      if (typeof entry === 'number') state[name] = entry;
      else {
        const end = at + 4 * size(entry.shape);
        if (end > bytes.length)
          throw new FileError(`cache: ${bytes.length} bytes end inside ${name}; it was cut off, write it again.`);
        state[name] = tensor(new Float32Array(bytes.slice(at, end).buffer), entry.shape, { device });
        at = end;
      }
    }
    return Object.keys(state).length > 0 ? state : undefined;
  });
  return new Cache(header.batch, states, header.position);
}

function parseHeader(bytes: Uint8Array): Header & { start: number } {
  const start = bytes.indexOf(10, MAGIC.length) + 1;
  const text = new TextDecoder().decode(bytes.subarray(0, start));
  try {
    if (!text.startsWith(MAGIC)) throw new SyntaxError();
    return { ...(JSON.parse(text.slice(MAGIC.length)) as Header), start };
  } catch {
    throw new FileError('cache: the bytes do not begin like a serialized cache; give what serialize() returned.');
  }
}
