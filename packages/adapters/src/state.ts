// Learned initial states of linear mixers.
import type { LanguageModel } from '@twilljs/hybrid';
import type { Initializer, Mixer } from '@twilljs/nn';
import { OptionError, scope, untracked } from '@twilljs/tensor';
import type { Part } from './part.ts';

/** Of the states of a mixer, what the sequence before has written: not the inputs that convolutions keep. */
const NAME = 'recurrent';

/**
 * The parts of all layers, or of some, zero at first.
 *
 * @throws OptionError for layers that are not there, have no recurrent state, or have a learned one already.
 */
export function stateParts(
  model: LanguageModel,
  layers: readonly number[] | null,
  init: Initializer,
  where: string,
): Part[] {
  const all = model.model.layers.map(({ attn }, i) => ({ attn, i, shape: shapeOf(attn) }));
  const wrong = layers?.find((i) => !all[i]?.shape);
  if (wrong !== undefined) {
    const why = all[wrong] ? `${all[wrong].attn.constructor.name}, which has no recurrent state` : 'not there';
    throw new OptionError(`${where}: layers_to_transform names layer ${wrong}, ${why}; leave it out.`);
  }
  const chosen = all.filter(({ i, shape }) => shape && (layers === null || layers.includes(i)));
  if (chosen.length === 0) {
    throw new OptionError(
      `${where}: no layer of this model has a recurrent state; states are learned of linear mixers.`,
    );
  }
  return chosen.map(({ attn, i, shape }) => partOf(attn, `model.layers.${i}.attn`, shape!, init, where));
}

/** Of the recurrent state of one sequence, [1,...]; null where there is none. */
function shapeOf(mixer: Mixer): readonly number[] | null {
  const shape = untracked(() => scope(() => mixer.init(1)[NAME]?.shape));
  return shape && !shape.includes(0) ? shape : null;
}

function partOf(mixer: Mixer, path: string, shape: readonly number[], init: Initializer, where: string): Part {
  if (mixer.initial_state) {
    throw new OptionError(`${where}: ${path} has a learned state already; remove that adapter first.`);
  }
  const own = init.fork(`${path}.initial_state.${NAME}`).make(shape, (_, n) => new Float64Array(n));
  return {
    tensors: new Map([[`${path}.initial_state.${NAME}`, own]]),
    attach: () => {
      mixer.initial_state = { [NAME]: own };
    },
    detach: () => {
      delete mixer.initial_state;
    },
    unmergeable: `${path}.initial_state is no weight, so there is none to merge it into; save it beside the model`,
    merge() {},
  };
}
