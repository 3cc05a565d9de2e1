// The state in which sequences begin: that of the mixer, and what an adapter has learned.
import { ShapeError, sameShape } from '@twilljs/tensor';
import type { Mixer, State } from './mixer.ts';

/**
 * The state of `n` sequences before their first token. Gradients flow to `initial_state`, summed over the sequences.
 *
 * @throws ShapeError where a learned tensor is not of the shape that `init` has for one sequence.
 */
export function firstState(mixer: Mixer, n: number): State {
  const state = mixer.init(n);
  const learned = Object.entries(mixer.initial_state ?? {}).map(([name, t]) => {
    const like = state[name];
    const [, ...rest] = like?.shape ?? [];
    if (!like || !sameShape(t.shape, [1, ...rest])) {
      throw new ShapeError(
        `initial_state: ${name} [${t.shape}] is none of the states of ${mixer.constructor.name}; give [${[1, ...rest]}].`,
      );
    }
    return [name, like.add(t)] as const;
  });
  return { ...state, ...Object.fromEntries(learned) };
}
