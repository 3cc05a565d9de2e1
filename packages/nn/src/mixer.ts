// The contract of a mixer: what stands between two tokens of a layer. The most important file for anyone who adds one.
import type { Tensor } from '@twilljs/tensor';
import type { Fields, Values } from './config.ts';
import type { Initializer } from './initializer.ts';
import type { ModelFields } from './model-fields.ts';
import type { RotaryTables } from './rotary/op.ts';

/**
 * What a mixer remembers of the tokens so far: tensors [n,...] of floats, for n sequences. States are values: a forward returns a new one
 * and leaves the old one as it was. A cache gives a mixer the same tensors at every step and writes what it returns over them, so
 * they keep their names and shapes.
 *
 * A tensor whose second axis is empty in `init` keeps rows of tokens, and grows: it is a ring [n,C,...] in which position p lies in row
 * p mod C. `forward` returns it with as many rows as `stateSize` says for `at.capacity` tokens (`append` of `@twilljs/attention`).
 */
export type State = Readonly<Record<string, Tensor>>;

/** How a mixer turns its heads by their positions. */
export interface Rotary {
  /** Of a head, even. */
  readonly size: number;
  /** Wavelengths run from 2 pi to 2 pi base, in tokens. */
  readonly base: number;
}

/** Where the n sequences of a batch [B,T] lie, and where each of them stands. `sequencesOf` makes it. */
export interface Sequences {
  /** i32 [n,2]: begin and end of each in the flattened B T positions. Null: n = B rows of T. */
  readonly ranges: Tensor | null;
  /** i32 [n]: tokens that each had before. Null: none. */
  readonly position: Tensor | null;
  /**
   * For how many tokens of a sequence there is room where a state grows with them: at least those of the longest, after these. 0: nobody
   * goes on from here, and what grows is not kept.
   */
  readonly capacity: number;
  /** Cosines and sines [B,T,D/2] of the positions, for `rotaryOf`. */
  readonly rotary: Readonly<Record<string, RotaryTables>>;
}

/**
 * A causal sequence mixer: position t of the output depends on positions <= t of the input, through a state.
 *
 * Splitting a sequence anywhere and handing the state over changes nothing; that is what `mixerChecks` tests. T = 1
 * decodes, any T trains or prefills.
 */
export interface Mixer {
  /** The state before the first token, for a batch, on the device of the parameters. */
  init(batch: number): State;
  /**
   * @param x [B,T,D] on the device of the parameters.
   * @param state what an earlier forward returned; absent before the first token.
   * @param at where the sequences lie and stand; absent where they are B rows of T that begin here.
   * @returns y [B,T,D], 0 outside of all sequences, and the state after the last token. Gradients flow through y and the state to x,
   * the parameters and `state`.
   */
  forward(x: Tensor, state?: State, at?: Sequences): { y: Tensor; state: State };
  /**
   * Of an adapter: learned tensors [1,...], by name, that are added to those of `init`. A mixer need not know of them: whoever begins
   * sequences asks `firstState`.
   */
  initial_state?: State;
  /** Which tables of the positions `at` must hold; absent where it needs none. */
  readonly rotary?: Rotary;
  /** Numbers kept per sequence after `tokens` tokens: constant for a recurrence, growing for softmax attention. */
  stateSize(tokens: number): number;
  /**
   * Multiply-adds per token beyond those of the parameter matrices, averaged over a sequence of `tokens` (recurrent form for
   * a recurrence, the causal half for softmax attention).
   */
  coreMacs(tokens: number): number;
}

/**
 * One layer of the stack: a mixer, and what stands around it. A module: its fields name its parameters, `layers.<i>.<field>...`.
 */
export interface Block {
  readonly attn: Mixer;
  /** @param h [B,T,D], the residual stream. @param at as for a mixer. @returns it after this layer, and the mixer's state after the last token. */
  forward(h: Tensor, state?: State, at?: Sequences): { h: Tensor; state: State };
  /**
   * What `forward` makes of h + branch, not added up either: where a block begins with the norm of the stream, `RMSNorm.added` adds and
   * norms in one op. Optional: without it the stack adds and calls `forward`, as it does in a subclass with a `forward` of its own.
   *
   * @param branch what the layer before left to be added, [B,T,D]; null where h is the stream.
   */
  onward?(h: Tensor, branch: Tensor | null, state?: State, at?: Sequences): { h: Tensor; branch: Tensor; state: State };
}

/** What the model tells a family that keeps parameters for all of its layers. */
export interface ModelContext {
  readonly init: Initializer;
  /** Layers of the whole model, those of other mixers included. */
  readonly layers: number;
}

/** What a layer tells the mixer it creates. */
export interface LayerContext extends ModelContext {
  /** 0-based index in the whole model, of `layers`. */
  readonly layer: number;
  /** What the family's `shared` made, by name; absent where it makes nothing. */
  readonly shared?: Readonly<Record<string, Tensor>>;
}

/** The fields that every model has and mixers may read. */
export interface ModelWidths {
  readonly hidden_size: number;
  readonly norm_eps: number;
  /** FLA's fused kernels give some norms another name. Default true. */
  readonly fuse_norm?: boolean;
}

/**
 * A kind of mixer, as a value: how it is named, configured and made. The composer, the hub and the command line work on
 * families handed to them and never ask which one they have.
 */
export interface MixerFamily<F extends Fields = Fields, Entry extends Fields = Fields> {
  /** Package and `--mixer` name: `gated-deltanet`. */
  readonly name: string;
  /** What tables and pictures call a model of it: `Gated DeltaNet`. */
  readonly title: string;
  /** FLA's `model_type`: `gated_deltanet`. */
  readonly model_type: string;
  /** FLA's class: `GatedDeltaNetForCausalLM`. */
  readonly architecture: string;
  /** What FLA's trainer has to know of it; absent where FLA has no such model. */
  readonly fla?: FlaTraining;
  /** `softmax` serves the layers that `attn` names; `linear` all others. */
  readonly role: 'linear' | 'softmax';
  /** The configuration fields of this family, with defaults, under FLA's names. */
  readonly fields: F;
  /** Of a softmax family: the fields of an entry of `attn`. Default: `fields`. */
  readonly entry?: Entry;
  /** Where FLA's default for a field that all models share is another one (21 layers in Gated DeltaNet). */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Fields that make `heads` heads share the width evenly, where the defaults are those of large models. */
  evenHeads?(width: number, heads: number): Readonly<Record<string, unknown>>;
  /**
   * Parameters that all layers share. They stand on the level of the model (`model.<name>` in the state dict), each name once,
   * also where several families of one model want it.
   */
  shared?(config: Values<F> & ModelWidths, context: ModelContext): Readonly<Record<string, Tensor>>;
  /** Last parts of the names of matrices that are not weights and take no weight decay. Vectors never do. */
  readonly noDecay?: readonly string[];
  /** Other names under which checkpoints store a parameter: field of the mixer to the name in the file. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** @throws OptionError when the fields contradict each other or the widths. */
  create(config: Values<F> & ModelWidths, context: LayerContext): Mixer;
  /**
   * What stands around its mixers: norms, an MLP, and how they are added up. Default: FLA's block, norms before both. A family with
   * another block has a `model_type` of its own, by which checkpoints and caches know it.
   */
  block?(config: Values<F> & ModelFields, mixer: Mixer, init: Initializer): Block;
}

/** How FLA trains models of a family. */
export interface FlaTraining {
  /** Its kernel, `attn_mode`, and that for documents that do not see each other; null where there is no choice. */
  readonly kernel: { readonly usual: string; readonly apart: string } | null;
  /** Fields that its constructor fills in where they are null. */
  filled?(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
}

/** A family, and its own fields as they were read. */
export interface ConfiguredMixer {
  readonly family: MixerFamily;
  readonly fields: Values<Fields>;
}
