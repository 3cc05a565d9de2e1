// The stack of a language model: embeddings, blocks and norm under FLA's names, and how tokens run through them.
import {
  type Block,
  crossEntropy,
  Embedding,
  firstState,
  type Initializer,
  type Linear,
  linear,
  type ModelConfig,
  type ModelFields,
  packSequences,
  padSequences,
  params,
  RMSNorm,
  rowsFromStart,
  type Sequences,
  type State,
} from '@twilljs/nn';
import { OptionError, ones, recompute, scope, type Tensor } from '@twilljs/tensor';
import { withL2Warp } from './l2-warp.ts';
import { embedded } from './padding.ts';
import type { LossOptions } from './where.ts';

/** Parameters that mixers share stand beside these, under their own names. */
export interface LanguageModelParts {
  readonly embeddings: Embedding;
  readonly layers: readonly Block[];
  readonly norm: RMSNorm;
}

/** What computes: a language model as its layers see it. */
export interface Stack {
  readonly model: LanguageModelParts;
  /** Null when the embeddings serve as the head. */
  readonly lm_head: Linear | null;
  readonly config: ModelConfig;
}

/** What families want from the whole model, together. */
export interface Shared {
  /** Parameters by name. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** Last parts of names without weight decay. */
  readonly noDecay: readonly string[];
}

export function partsOf(
  { hidden_size, vocab_size, norm_eps }: ModelFields,
  layers: readonly Block[],
  shared: Shared,
  init: Initializer,
): LanguageModelParts {
  return {
    embeddings: new Embedding(vocab_size, hidden_size, init.fork('embeddings')),
    ...shared.parameters,
    layers,
    norm: new RMSNorm(hidden_size, norm_eps, init.fork('norm')),
  };
}

/** The residual stream [B,T,D]: a sum whose last branch may still have to be added. */
export interface Stream {
  readonly h: Tensor;
  readonly branch: Tensor | null;
}

/** What one block leaves: the stream, and its mixer's state. */
interface Left extends Stream {
  readonly state: State;
}

/** The stream as one tensor. */
export const summed = ({ h, branch }: Stream): Tensor => (branch ? h.add(branch) : h);

/**
 * Runs tokens through all blocks.
 *
 * @param tokens [B,T]
 * @param states of the blocks, after the tokens before.
 * @param at where the sequences lie and stand; absent where they are B rows of T that begin here.
 * @returns what each block leaves.
 */
export function through(
  { model: { embeddings, layers }, config }: Stack,
  tokens: Tensor,
  states: readonly (State | undefined)[] = [],
  at?: Sequences,
): Left[] {
  let stream: Stream = { h: embedded(embeddings, tokens, config.model.pad_token_id), branch: null };
  return layers.map((block, i) => {
    const left = scope(() => leftBy(block, i, stream, states[i], at));
    stream = left;
    return left;
  });
}

/** Whether a block takes and leaves branches: a subclass with no more than a `forward` of its own does not. */
function handsOn(block: Block): block is Block & Required<Pick<Block, 'onward'>> {
  const has = (name: string) => (of: object | null) => of !== null && Object.hasOwn(of, name);
  let owner: object | null = block;
  while (owner && !has('forward')(owner) && !has('onward')(owner)) owner = Object.getPrototypeOf(owner);
  return has('onward')(owner);
}

/** @throws OptionError for a layer that does not ask where the sequences lie: it would take them for one. */
function leftBy(block: Block, i: number, stream: Stream, before?: State, given?: Sequences): Left {
  const { attn } = block;
  const { shape, device } = stream.h;
  const isLearned = !before && attn.initial_state !== undefined;
  const state = isLearned ? firstState(attn, given?.ranges?.shape[0] ?? shape[0]) : before;
  const at = given ?? (isLearned ? rowsFromStart(attn, shape[1], device) : undefined);
  const run = (at: Sequences | undefined): Left =>
    handsOn(block)
      ? block.onward(stream.h, stream.branch, state, at)
      : { ...block.forward(summed(stream), state, at), branch: null };
  if (!at?.ranges) return run(at);
  const { ranges } = at;
  let isAsked = false;
  const left = run({
    ...at,
    get ranges() {
      isAsked = true;
      return ranges;
    },
  });
  if (isAsked) return left;
  throw new OptionError(
    `model: layer ${i} (${block.attn.constructor.name}) has not read at.ranges, so it would take ${ranges.shape[0]} sequences for one; let its forward(x, state, at) hand them on.`,
  );
}

/** Logits [..,N] of the residual stream [..,D] after the last block. */
export function headOf({ model, lm_head }: Stack, { h, branch }: Stream): Tensor {
  const normed = branch ? model.norm.added(h, branch).y : model.norm.forward(h);
  return lm_head ? lm_head.forward(normed) : linear(normed, model.embeddings.weight, null);
}

/**
 * Logits [B,T,N] of tokens [B,T].
 *
 * @param again for a gradient, what blocks compute is computed again instead of kept: between blocks alone it is kept. Makes `at`
 * once more, since a gradient may be formed when its tensors were given back. Null: all is kept.
 */
export function logitsOf(
  stack: Stack,
  tokens: Tensor,
  at?: Sequences,
  again: (() => Sequences | undefined) | null = null,
): Tensor {
  if (!again) return headOf(stack, through(stack, tokens, [], at).at(-1)!);
  const { embeddings, layers } = stack.model;
  let h = embedded(embeddings, tokens, stack.config.model.pad_token_id);
  for (const [i, block] of layers.entries()) {
    const body = (h: Tensor) => summed(leftBy(block, i, { h, branch: null }, undefined, again()));
    h = recompute(body, h, [...params(block).values()]);
  }
  return headOf(stack, { h, branch: null });
}

/** 1 at the positions [B,T,1] of sequences, 0 elsewhere. */
function insideOf(ranges: Tensor, [B, T]: readonly number[]): Tensor {
  return packSequences(ones([ranges.shape[0], B * T, 1], { device: ranges.device }), ranges, [B, T]);
}

/**
 * Logits [B,T,N] as callers see them: 0 outside of all sequences.
 *
 * @param length of the rows in which they were given, where they were packed; else null.
 */
export function shownOf(logits: Tensor, at: Sequences | undefined, length: number | null): Tensor {
  if (!at?.ranges) return logits;
  return length === null ? logits.where(insideOf(at.ranges, logits.shape)) : padSequences(logits, at.ranges, length);
}

/** Mean cross-entropy of logits [B,T,N] over labels [B,T], times its weight, and what the configuration adds to it. */
export function lossOf(
  { config }: Stack,
  logits: Tensor,
  labels: Tensor,
  at?: Sequences,
  { weight = 1, positions }: { [K in 'weight' | 'positions']?: LossOptions[K] | undefined } = {},
): Tensor {
  const mean = crossEntropy(logits, labels);
  const loss = weight === 1 ? mean : mean.mul(weight);
  if (!config.model.use_l2warp) return loss;
  return withL2Warp(loss, logits, at?.ranges ? insideOf(at.ranges, logits.shape) : null, positions);
}
