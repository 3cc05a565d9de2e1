// How many tokens the state of a layer reaches back.

import { layerMeasure, meansOfParts, median } from './by-layer.ts';
import { decay, logDecays } from './forget-gate.ts';

/**
 * Effective memory length in tokens. Each channel decays by its mean rate, so that of what it held a share of 1/e is left after
 * tau = -1 / mean(log decay) tokens, the mean over all tokens; the layer has the median tau of its channels (of all heads), which a few
 * channels that keep everything do not move. Of RetNet's head h it is -1 / log(1 - 2^(-5-h)): 31.5, 63.5, ... tokens. `"infinite"`
 * where half of the channels never decay, as all of DeltaNet's, which forgets by writing over. Null where nothing decays: softmax attention.
 *
 * @see Mahto, Vo, Turek, Huth 2021, https://arxiv.org/abs/2009.12727: the timescale -1 / log f of a unit of an LSTM.
 */
export const memoryLength = layerMeasure({
  name: 'memoryLength',
  title: 'memory length',
  about:
    'Effective memory length: tokens until 1/e is left of what a channel held, at its mean decay; the median of the channels of a layer. ∞ where they keep all.',
  range: [0, Number.POSITIVE_INFINITY],
  scale: 'log',
  look: (pass) => logDecays(pass)?.map((g) => g.mean(0)) ?? null,
  value: (parts) => median([...meansOfParts(parts)].map((log) => 1 / Math.abs(decay('memory length', log, 0)))),
});
