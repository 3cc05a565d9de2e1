// The language model: embeddings, blocks, norm and head, under FLA's names.
import {
  arenaOf,
  type Block,
  crossEntropy,
  type Initializer,
  Linear,
  linear,
  type ModelConfig,
  type ParameterArena,
  params,
  type State,
} from '@twilljs/nn';
import { type Device, keep, OptionError, release, scope, shown, Tensor, untracked, whole } from '@twilljs/tensor';
import { Cache, type Place, requireCache } from './cache.ts';
import { readCache } from './cache-file.ts';
import { computedBy } from './computed.ts';
import { asksNone, blocksOf, hostIds, type IdKind, type Ids, successorsOf, upload } from './ids.ts';
import { withL2Warp } from './l2-warp.ts';
import { announce } from './long.ts';
import { macsPerToken } from './macs.ts';
import { sayReference } from './reference.ts';
import { type LanguageModelParts, partsOf, type Shared, through } from './stack.ts';

/** Tokens of a prompt in one forward; the cache carries the rest. */
const BLOCK = 512;

/** A decoder of stacked blocks, any weave of mixers. Made by `hybrid`. */
export class LanguageModel {
  readonly model: LanguageModelParts;
  /** Null when the embeddings serve as the head. */
  readonly lm_head: Linear | null;
  readonly config: ModelConfig;
  private readonly shared: Shared;
  private readonly best: () => Promise<Device>;
  private placed: ParameterArena | null = null;
  /** While it is, some parameters are here and some there. */
  private isMoving = false;
  /** To know the caches that belong to this model where it is. */
  private place: Place;

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
    this.place = { computed: computedBy(config) };
    this.shared = shared;
    this.best = best;
  }

  /** Where the parameters are. */
  get device(): Device {
    return this.model.embeddings.weight.device;
  }

  /** All parameters in one allocation. @throws OptionError before `to(device)`, and until that has ended. */
  get arena(): ParameterArena {
    this.requireStill();
    if (this.placed) return this.placed;
    throw new OptionError('model: its parameters lie in no arena yet; call await model.to(device) before training it.');
  }

  /**
   * Moves all parameters into one arena on `device`. Caches made before belong to the old place.
   *
   * @param device default: the best one here, of models made by `hybrid` of `twilljs`; below that package the reference, which says so.
   * @throws OptionError for what is no device, or while another call has not ended.
   */
  async to(device?: Device | Promise<Device>): Promise<this> {
    const place = await (device ?? this.best());
    if (typeof place?.find !== 'function') {
      throw new OptionError(`model.to: ${shown(place)} is no device; give one, such as await device() or cpu().`);
    }
    this.requireStill();
    const before = this.placed;
    this.isMoving = true;
    try {
      this.placed = await arenaOf(params(this), place, this.shared.noDecay);
    } finally {
      this.isMoving = false;
    }
    this.place = { ...this.place };
    release(before?.flat);
    return this;
  }

  /**
   * Logits of the next token at every position.
   *
   * @param ids [B,T]
   * @param cache continues where it stands and advances by T tokens; nothing is recorded then.
   * @returns [B,T,N], unnormalised.
   * @throws OptionError for ids outside the vocabulary, or of another batch than the cache's; DeviceError, before anything is
   * computed, when the logits of a long sequence do not fit on the device.
   */
  forward(ids: Ids, cache?: Cache): Tensor {
    const tokens = this.tokens(ids);
    announce(this, tokens.shape[0], tokens.shape[1], 'logits');
    return cache ? this.advance(tokens, cache, (h) => this.head(h)) : this.head(this.through(tokens).at(-1)!.h);
  }

  /**
   * Logits after the last token only, [B,N]; the cache advances. What decoding needs of a prompt: ids of the host are read block
   * by block, so that a prompt of any length takes the memory of one.
   *
   * @throws as `forward` does; the cache is then where it was.
   */
  next(ids: Ids, cache: Cache): Tensor {
    const all = ids instanceof Tensor ? this.tokens(ids) : hostIds(ids, this.kind('ids'));
    announce(this, all.shape[0], all.shape[1], 'states');
    const blocks = all instanceof Tensor ? [all] : blocksOf(all, BLOCK);
    const last = () =>
      this.advance(blocks.at(-1)!, cache, (h) => {
        const [B, T, D] = h.shape;
        return this.head(h.slice(1, T - 1, T).reshape([B, D]));
      });
    if (blocks.length === 1) return last();
    using before = requireCache(cache).snapshot(); // a later block may fail
    try {
      for (const block of blocks.slice(0, -1)) scope(() => void this.advance(block, cache, () => null));
      return last();
    } catch (error) {
      before.restore();
      throw error;
    }
  }

  /** The residual stream after each block, before the final norm: L tensors [B,T,D]. */
  hidden(ids: Ids): Tensor[] {
    return this.through(this.tokens(ids)).map(({ h }) => h);
  }

  /**
   * Mean cross-entropy in nats over the labelled positions.
   *
   * @param ids [B,T]
   * @param labels [B,T], aligned with the position whose logits predict them, -100 where nothing is asked. Default: the next token.
   * @param weight factor of the cross-entropy: of a part of a batch, its share of the labels x the number of parts. The pull of
   * `use_l2warp` counts positions, so its share is always 1 / the number of parts.
   * @returns a scalar.
   * @throws OptionError for an id or a label outside the vocabulary (a label may be -100, no other negative number).
   */
  loss(ids: Ids, labels: Ids = successorsOf(ids, this.kind('ids')), weight = 1): Tensor {
    const asked = upload(labels, this.kind('labels'), this.device);
    const logits = this.forward(ids); // [B,T,N]
    const mean = crossEntropy(logits, asked);
    const loss = weight === 1 ? mean : mean.mul(weight);
    return this.config.model.use_l2warp ? withL2Warp(loss, logits) : loss;
  }

  /**
   * The loss as a number, for measuring: nothing is recorded, and all memory is given back.
   *
   * @param ids, labels as for `loss`.
   * @returns nats per label.
   * @throws OptionError as `loss`, and where nothing is asked.
   */
  async evaluate(ids: Ids, labels: Ids = successorsOf(ids, this.kind('ids'))): Promise<number> {
    const asksNothing = !(labels instanceof Tensor) && asksNone(hostIds(labels, this.kind('labels')));
    if (asksNothing) {
      throw new OptionError(
        'model.evaluate: no position has a label, so there is no mean; give rows of two ids or more.',
      );
    }
    const loss = keep(untracked(() => scope(() => this.loss(ids, labels))));
    try {
      return await loss.item();
    } finally {
      loss.release();
    }
  }

  /** An empty cache for `batch` sequences. */
  cache(batch: number): Cache {
    whole('cache: batch', batch, 1);
    return new Cache(this.place, { batch, position: 0, states: this.model.layers.map(() => undefined) });
  }

  /**
   * The cache that `cache.serialize()` wrote.
   *
   * @throws FileError when it is damaged, or not of a model of this configuration on a device of these numbers. The weights are not
   * compared: they are the caller's to keep with the bytes.
   */
  restore(bytes: Uint8Array): Cache {
    const mixers = this.model.layers.map(({ attn }) => attn);
    return new Cache(this.place, readCache(bytes, mixers, this.place.computed, this.device));
  }

  /** Numbers kept per sequence after `tokens` tokens, all layers. */
  stateSize(tokens: number): number {
    whole('model.stateSize: tokens', tokens, 0);
    return this.model.layers.reduce((n, { attn }) => n + attn.stateSize(tokens), 0);
  }

  /**
   * Floating-point operations of the forward per token, averaged over a sequence of `tokens`: 2 per multiply-add of the
   * projections, the head and the mixers' cores; norms and convolutions are left out.
   */
  flopsPerToken(tokens: number): number {
    whole('model.flopsPerToken: tokens', tokens, 1);
    return 2 * macsPerToken(this, Object.values(this.shared.parameters), tokens);
  }

  private requireStill(): void {
    if (!this.isMoving) return;
    throw new OptionError('model: it is being moved to a device; await model.to(device) before anything else.');
  }

  private kind(what: IdKind['what']): IdKind {
    return { what, vocabulary: this.config.model.vocab_size };
  }

  private tokens(ids: Ids): Tensor {
    if (!this.placed && this.device.name === 'cpu') sayReference();
    return upload(ids, this.kind('ids'), this.device);
  }

  private through(tokens: Tensor, states?: readonly (State | undefined)[]) {
    return through(this.model, tokens, this.config.model.pad_token_id, states);
  }

  /** The cache goes on once `read` has what it wants of the stream [B,T,D] after the ids: what throws leaves it where it was. */
  private advance<R>(ids: Ids, cache: Cache, read: (h: Tensor) => R): R {
    return untracked(() => {
      const tokens = this.tokens(ids);
      const [B, T] = tokens.shape;
      const left = this.through(tokens, requireCache(cache).statesFor(this.place, B));
      const result = read(left.at(-1)!.h);
      cache.advance(
        left.map(({ state }) => state),
        T,
      );
      return result;
    });
  }

  private head(h: Tensor): Tensor {
    const normed = this.model.norm.forward(h);
    return this.lm_head ? this.lm_head.forward(normed) : linear(normed, this.model.embeddings.weight, null);
  }
}
