// A probe of your own: how strongly the delta rule of each layer writes, the mean of its beta. Layers without one have none.
// twill eval runs/recall --measure ./probe.ts forget-gate
import { layerMeasure } from 'twilljs';

export default layerMeasure({
  name: 'writeStrength',
  title: 'write strength',
  about: 'Mean beta of the delta rule: 0 writes nothing, 1 replaces what is stored under a key.',
  range: [0, 2], // above 1 where `allow_neg_eigval` is set
  look({ ops }) {
    const beta = ops.find(({ inputs }) => inputs.beta)?.inputs.beta;
    return beta ? [beta.mean()] : null;
  },
});
