// Embeddings of tokens, one of which may be padding.
import type { Embedding } from '@twilljs/nn';
import { detach, embedding, type Tensor, tensor } from '@twilljs/tensor';

/** Rows of the tokens. As in PyTorch, the padding row is used but gets no gradient from here. @param tokens [B,T] @returns [B,T,D] */
export function embedded(table: Embedding, tokens: Tensor, padding: number | null): Tensor {
  const rows = table.forward(tokens);
  if (padding === null) return rows;
  const [N] = table.weight.shape;
  const counts = new Float32Array(N).fill(1);
  counts[padding] = 0;
  const mask = embedding(tensor(counts, [N, 1], { device: table.weight.device }), tokens); // [B,T,1]
  return rows.where(mask).add(detach(rows).where(mask.mul(-1).add(1))); // selected: 0 x infinity is no 0
}
