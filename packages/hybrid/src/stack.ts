// The stack of a language model: embeddings, blocks and norm under FLA's names, and how tokens run through them.
import { type Block, Embedding, type Initializer, type ModelFields, RMSNorm, type State } from '@twilljs/nn';
import { scope, type Tensor } from '@twilljs/tensor';
import { embedded } from './padding.ts';

/** Parameters that mixers share stand beside these, under their own names. */
export interface LanguageModelParts {
  readonly embeddings: Embedding;
  readonly layers: readonly Block[];
  readonly norm: RMSNorm;
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

/** What one block leaves: the residual stream [B,T,D], and its mixer's state. */
type Left = ReturnType<Block['forward']>;

/**
 * Runs tokens through all blocks.
 *
 * @param tokens [B,T]
 * @param padding the token whose row learns nothing, or null.
 * @param states of the blocks, after the tokens before.
 * @returns what each block leaves.
 */
export function through(
  { embeddings, layers }: LanguageModelParts,
  tokens: Tensor,
  padding: number | null,
  states: readonly (State | undefined)[] = [],
): Left[] {
  let h = embedded(embeddings, tokens, padding);
  return layers.map((block, i) => {
    const left = scope(() => block.forward(h, states[i]));
    h = left.h;
    return left;
  });
}
