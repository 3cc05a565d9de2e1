// FLA's `use_l2warp`: keeps the largest logits small by their gradient alone.
import { detach, type Tensor } from '@twilljs/tensor';

const L2_WARP = 1e-4;

/**
 * Adds L2_WARP / positions * max to the gradient of the largest logit of each position; the value of the loss stays.
 *
 * @param logits [B,T,N]
 * @param inside [B,T,1], 1 at the positions that count; null for all.
 * @param positions how many they are taken for. Default: as many as there are.
 */
export function withL2Warp(loss: Tensor, logits: Tensor, inside: Tensor | null, positions?: number | Tensor): Tensor {
  const all = logits.max(-1); // [B,T]
  const mask = inside?.reshape(all.shape);
  const largest = mask ? all.where(mask) : all;
  const sum = largest.mul(largest).sum();
  const count = positions ?? mask?.sum() ?? largest.size;
  const pull = typeof count === 'number' ? sum.mul((0.5 * L2_WARP) / count) : sum.mul(0.5 * L2_WARP).div(count);
  return loss.add(pull.sub(detach(pull)));
}
