// What `twill probe` trains on, and the figures of this version's mixers on it.
import { paperPresets, presetName, quickPresets, type SyntheticPreset } from '@twilljs/eval';
import type { Profile, ProfileTask } from '@twilljs/report';
import type { ModelSize } from '@twilljs/sweep';
import others from './profile-others.json' with { type: 'json' };
import { alike, short } from './sizes.ts';

/** Small tasks, with figures of every mixer; and tasks as their papers have them, which take days and have none. */
export const profiles = {
  quick: { name: 'small tasks', tasks: /* @__PURE__ */ quickPresets.map(taskOf), others: others as Profile['others'] },
  paper: { name: 'the tasks of papers', tasks: /* @__PURE__ */ paperPresets.map(taskOf), others: {} },
} as const satisfies Record<string, Profile>;

function taskOf(preset: SyntheticPreset): ProfileTask {
  const { task, skill, label, data, training } = preset;
  return {
    ...{ name: presetName(preset), label, skill },
    grid: { task: task.name, sizes: [sizeOf(preset)], training, data },
  };
}

function sizeOf({ model: { hidden_size, num_hidden_layers, num_heads } }: SyntheticPreset): ModelSize {
  return {
    name: `${hidden_size}x${num_hidden_layers}`,
    model: { num_hidden_layers, hidden_size, intermediate_size: 2 * hidden_size, ...short },
    ...alike(hidden_size, num_heads),
  };
}
