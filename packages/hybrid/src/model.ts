// The language model: embeddings, blocks, norm and head, under FLA's names.
import { type Block, type Initializer, Linear, type ModelConfig, type ParameterArena } from '@twilljs/nn';
import {
  type Device,
  hostArray,
  keep,
  OptionError,
  type StepReport,
  scope,
  Tensor,
  untracked,
  whole,
} from '@twilljs/tensor';
import { type AskedLabels, type LabelLogprobs, labelLogprobs, rowsAsked } from './asked.ts';
import { Cache, requireCache } from './cache.ts';
import { readCache } from './cache-file.ts';
import { Home, type ModelReport } from './home.ts';
import { asksNone, type Ids } from './ids.ts';
import { macsPerToken } from './macs.ts';
import type { Place } from './place.ts';
import { Reader } from './reader.ts';
import type { Chosen } from './recorded.ts';
import {
  type LanguageModelParts,
  logitsOf,
  lossOf,
  partsOf,
  type Shared,
  type Stack,
  shownOf,
  summed,
  through,
} from './stack.ts';
import type { LossOptions, Where } from './where.ts';

/** A decoder of stacked blocks, any weave of mixers. Made by `hybrid`. */
export class LanguageModel implements Stack {
  readonly model: LanguageModelParts;
  /** Null when the embeddings serve as the head. */
  readonly lm_head: Linear | null;
  readonly config: ModelConfig;
  private readonly shared: Shared;
  private readonly home: Home;
  private readonly reader: Reader;

  constructor(
    config: ModelConfig,
    blocks: readonly Block[],
    init: Initializer,
    shared: Shared,
    best: () => Promise<Device>,
  ) {
    const { hidden_size, vocab_size, tie_word_embeddings } = config.model;
    this.model = partsOf(config.model, blocks, shared, init.fork('model'));
    this.lm_head = tie_word_embeddings ? null : new Linear(hidden_size, vocab_size, init.fork('lm_head'));
    this.config = config;
    this.shared = shared;
    this.home = new Home(this, shared, best);
    this.reader = new Reader(this, this.home);
  }

  /** Where the parameters are. */
  get device(): Device {
    return this.home.device;
  }

  /** All parameters in one allocation. @throws OptionError before `to(device)`, and until that has ended. */
  get arena(): ParameterArena {
    return this.home.arena;
  }

  /** Internal: to know the caches that belong to it where it is. */
  get place(): Place {
    return this.home.place;
  }

  /**
   * Moves all parameters into one arena on `device`. Caches made before belong to the old place.
   *
   * @param device default: the best one here, of models made by `hybrid` of `twilljs`; below that package the reference, which says so.
   * @throws OptionError for what is no device, or while another call has not ended.
   */
  async to(device?: Device | Promise<Device>): Promise<this> {
    await this.home.moveTo(device);
    return this;
  }

  /**
   * Logits of the next token at every position.
   *
   * @param ids [B,T]
   * @param cache continues where it stands and advances by the tokens of its sequences; there is no gradient then.
   * @param where sequences of different lengths lie, each of which is computed as if it were alone. Default: B rows of T.
   * @returns [B,T,N], unnormalised; 0 outside of all sequences.
   * @throws OptionError for ids outside the vocabulary, or of another batch than the cache's; DeviceError, before anything is
   * computed, when the logits of a long sequence do not fit on the device.
   */
  forward(ids: Ids, cache?: Cache, where: Where = {}): Tensor {
    const placed = this.reader.placed('model.forward', ids, where);
    if (cache) return untracked(() => this.home.recorded.forward(placed, requireCache(cache)));
    const at = this.reader.at(placed);
    return shownOf(logitsOf(this, this.reader.tokens(placed.ids), at), at, placed.before?.T ?? null);
  }

  /**
   * What `forward` gives, for measuring: no gradient is recorded, and what is computed is a recording, one per shape.
   *
   * @throws as `forward` does.
   */
  logits(ids: Ids, where: Where = {}): Tensor {
    const placed = this.reader.placed('model.logits', ids, where);
    return untracked(() => this.home.recorded.logits(placed));
  }

  /**
   * Logits after the last token of each sequence only, [n,N]; the cache advances. What decoding needs of a prompt: ids of the host are
   * read block by block, so that a prompt of any length takes the memory of one.
   *
   * @param ids as for `forward`, `where` too; every sequence has a token.
   * @throws as `forward` does; the cache is then where it was.
   */
  next(ids: Ids, cache: Cache, where: Where = {}): Tensor {
    const placed = this.reader.following('model.next', ids, where);
    return untracked(() => this.home.recorded.next(placed, requireCache(cache)));
  }

  /**
   * What `next` gives, and the most likely next id of each sequence: chosen where the model is, so that logits need not be read.
   *
   * @param among only the first so many ids may come. Default: all.
   * @returns logits [n,N] and ids, i32 [n]; -1 where logits are no numbers to choose by.
   * @throws as `next` does.
   */
  choose(ids: Ids, cache: Cache, where: Where = {}, among = this.config.model.vocab_size): Chosen {
    const placed = this.reader.following('model.choose', ids, where);
    whole('model.choose: among', among, 1, this.config.model.vocab_size);
    return untracked(() => this.home.recorded.choose(placed, requireCache(cache), among));
  }

  /**
   * Log-probabilities of labels at some positions, and the most likely ids there. No logits are kept: it takes the memory of the stream
   * [B,T,D] and of the logits of a few rows.
   *
   * @param ids as for `forward`, all else too. The cache has advanced when this returns its promise.
   * @throws as `forward` does, and OptionError for positions that are none or not in order, and labels that are no ids.
   */
  async logprobs(ids: Ids, asked: AskedLabels, cache?: Cache, where: Where = {}): Promise<LabelLogprobs> {
    const placed = this.reader.placed('model.logprobs', ids, where, 'states');
    const rows = rowsAsked('model.logprobs', asked, placed, this.config.model.vocab_size);
    const read = () => this.home.recorded.stream(placed, cache && requireCache(cache));
    return labelLogprobs(this, read, rows, asked.labels);
  }

  /** The residual stream after each block, before the final norm: L tensors [B,T,D]. */
  hidden(ids: Ids): Tensor[] {
    return through(this, this.reader.tokens(this.reader.given(ids, 'ids'))).map(summed);
  }

  /**
   * Mean cross-entropy in nats over the labelled positions, [].
   *
   * @param ids [B,T]
   * @param labels [B,T], aligned with the position whose logits predict them, -100 where nothing is asked. Default: the next token of
   * the sequence.
   * @throws OptionError for an id or a label outside the vocabulary (a label may be -100, no other negative number).
   */
  loss(ids: Ids, labels?: Ids, options: LossOptions = {}): Tensor {
    const { weight, positions, recompute = false, sequences, ...where } = options;
    if (sequences && (where.lengths || where.ranges)) {
      throw new OptionError('model.loss: sequences are given beside lengths or ranges; give one of them.');
    }
    const [placed, asked] = this.reader.asked('model.loss', ids, labels, where);
    const made = () => sequences ?? this.reader.at(placed);
    const at = made();
    const logits = logitsOf(this, this.reader.tokens(placed.ids), at, recompute ? made : null);
    return lossOf(this, logits, this.reader.tokens(asked, 'labels'), at, { weight, positions });
  }

  /**
   * The loss as a number, for measuring: no gradient is recorded, and what is computed is a recording, as that of `logits`.
   *
   * @param ids as for `loss`, all else too.
   * @returns nats per label.
   * @throws OptionError as `loss`, and where nothing is asked.
   */
  async evaluate(ids: Ids, labels?: Ids, where: Where = {}): Promise<number> {
    const [placed, asked] = this.reader.asked('model.evaluate', ids, labels, where);
    if (!(asked instanceof Tensor) && asksNone(asked)) {
      throw new OptionError('model.evaluate: no position has a label, so there is no mean; give rows of two ids.');
    }
    const loss = keep(untracked(() => scope(() => this.home.recorded.loss(placed, asked))));
    try {
      return await loss.item();
    } finally {
      loss.release();
    }
  }

  /** An empty cache for `batch` sequences. @throws OptionError where the state of a mixer cannot lie in one. */
  cache(batch: number): Cache {
    whole('cache: batch', batch, 1);
    const { layouts } = this.place;
    return new Cache(this.place, hostArray('cache', 'i32', batch), layouts.init(batch));
  }

  /**
   * The cache that `cache.serialize()` wrote.
   *
   * @throws FileError when it is damaged, or not of a model of this configuration on a device of these numbers. Weights are not compared.
   */
  restore(bytes: Uint8Array): Cache {
    const { place } = this;
    const { positions, states } = readCache(bytes, place, this.device);
    return new Cache(place, positions, place.layouts.withRoom(states, Math.max(...positions)));
  }

  /** Numbers kept per sequence after `tokens` tokens, all layers. */
  stateSize(tokens: number): number {
    whole('model.stateSize: tokens', tokens, 0);
    return this.mixers.reduce((n, mixer) => n + mixer.stateSize(tokens), 0);
  }

  /**
   * Floating-point operations of the forward per token, averaged over a sequence of `tokens`: 2 per multiply-add of the
   * projections, the head and the mixers' cores; norms and convolutions are left out.
   */
  flopsPerToken(tokens: number): number {
    whole('model.flopsPerToken: tokens', tokens, 1);
    return 2 * macsPerToken(this, Object.values(this.shared.parameters), tokens);
  }

  /** What it is and holds now. */
  report(): ModelReport {
    return this.home.report();
  }

  /** What the step runs that was replayed last, in decoding or measuring, op by op. @throws OptionError where there is none. */
  inspect(): StepReport {
    return this.home.recorded.inspect();
  }

  /** Gives parameters and recordings back; the model cannot be used any more. Caches are their owners'. */
  [Symbol.dispose](): void {
    this.home[Symbol.dispose]();
  }

  private get mixers() {
    return this.model.layers.map(({ attn }) => attn);
  }
}
