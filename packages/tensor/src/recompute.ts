// recompute: activations that are formed again for the gradient instead of being kept.
import { record } from './apply.ts';
import { sweep } from './autograd.ts';
import { OptionError } from './errors.ts';
import { requireTensor } from './inputs.ts';
import type { Op } from './op.ts';
import { requireFunction, shown } from './options.ts';
import { scope } from './scope.ts';
import { isRecording, untracked, upcomingId, withRecording } from './tape.ts';
import type { Tensor } from './tensor.ts';

/**
 * `body(x)`, without what its gradient would keep: only x is kept, and `body` runs again when the gradient is formed. The bits are the
 * same.
 *
 * @param body makes one tensor of one; what else it reads are constants and `parameters`. It may not write in place.
 * @param parameters all that it depends on beside x and that may want a gradient.
 * @throws OptionError, when the gradient is formed, for something else that it depends on.
 */
export function recompute(body: (x: Tensor) => Tensor, x: Tensor, parameters: readonly Tensor[]): Tensor {
  requireFunction('recompute', body);
  requireTensor('recompute', 'x', x);
  if (!Array.isArray(parameters)) {
    throw new OptionError(`recompute: the parameters are ${shown(parameters)}; give a list of tensors.`);
  }
  const leaves = parameters.filter((t) => t.slot);
  if (!isRecording() || (!x.slot && leaves.length === 0)) return body(x);
  const op: Op<null> = {
    name: 'recompute',
    inputs: ['x', 'parameter...'],
    outputs: ['y'],
    reads: ['x'],
    shape: ([x]) => [x!],
    vjp(dys, [h], _outs, _attrs, needs) {
      const again = h.alias(h.shape);
      const first = upcomingId();
      if (needs[0]) again.slot = { node: null };
      const y = withRecording(true, () => scope(() => body(again)));
      const wanted = [again, ...leaves].filter((_, i) => needs[i]);
      const allowed = new Set([again.slot, ...leaves.map((t) => t.slot)]);
      const gs = untracked(() =>
        scope(() =>
          sweep([y], dys, wanted, (slot) => {
            if (allowed.has(slot) || (slot.node && slot.node.id >= first)) return;
            throw new OptionError(
              'recompute: the body depends on a parameter, or on a value of the graph, that was not handed in; name it among the parameters.',
            );
          }),
        ),
      );
      let next = 0;
      return needs.map((need) => (need ? gs[next++] : null));
    },
  };
  const y = untracked(() => scope(() => body(x)));
  requireTensor('recompute', 'what the body returns', y);
  const out = y.alias(y.shape);
  record(op, [x, ...leaves], [out], null);
  return out;
}
