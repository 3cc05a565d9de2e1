// FLA's `use_l2warp`: keeps the largest logits small by their gradient alone.
import { detach, type Tensor } from '@twilljs/tensor';

const L2_WARP = 1e-4;

/** Adds L2_WARP / (B T) * max to the gradient of the largest logit of each position; the value of the loss stays. @param logits [B,T,N] */
export function withL2Warp(loss: Tensor, logits: Tensor): Tensor {
  const largest = logits.max(-1);
  const pull = largest
    .mul(largest)
    .sum()
    .mul((0.5 * L2_WARP) / largest.size);
  return loss.add(pull.sub(detach(pull)));
}
