// Flags that say what holds for parameters of some names, and the groups that they mean.
import { OptionError } from '@twilljs/tensor';
import type { ParameterGroup } from '@twilljs/train';
import { Option } from 'commander';
import { assignments, shown } from '../flags.ts';

/** What stands on the command line. */
export interface GroupFlags {
  readonly freeze?: readonly string[];
  readonly trainable?: readonly string[];
  readonly paramGroup?: readonly string[];
}

export const groupFlags = (): Option[] => [
  new Option(
    '--freeze <pattern...>',
    'parameters that stay as they are, by their names, with * for any letters: model.embeddings.*',
  ),
  new Option('--trainable <pattern...>', 'of frozen ones, those that are trained all the same'),
  new Option(
    '--param-group <pattern:field=value...>',
    'what else holds for some: lr, a factor, or weight_decay, such as lm_head.*:lr=0.1,weight_decay=0',
  ),
];

/** In the order freeze, trainable, param-group, whatever the order of the flags. @throws OptionError for what cannot be read. */
export function groupsOf({ freeze = [], trainable = [], paramGroup = [] }: GroupFlags): ParameterGroup[] {
  if (trainable.length > 0 && freeze.length === 0) {
    throw new OptionError(
      `--trainable ${shown(trainable[0])} changes nothing where nothing is frozen; add --freeze '*', or leave it out.`,
    );
  }
  return [
    ...freeze.map((match) => ({ match, trainable: false })),
    ...trainable.map((match) => ({ match, trainable: true })),
    ...paramGroup.map(readGroup),
  ];
}

/** Fields by the names of PyTorch. */
const fields: Readonly<Record<string, string>> = { lr: 'lr', weight_decay: 'weightDecay' };

function readGroup(text: string): ParameterGroup {
  const at = text.lastIndexOf(':');
  const said = at < 1 ? [] : assignments('--param-group', text.slice(at + 1).split(','));
  if (said.length > 0 && said.every(([field]) => Object.hasOwn(fields, field))) {
    return { match: text.slice(0, at), ...Object.fromEntries(said.map(([field, value]) => [fields[field], value])) };
  }
  throw new OptionError(
    `--param-group is "${shown(text)}" where a pattern and lr or weight_decay are needed, such as lm_head.*:lr=0.1; correct it (what is trained is for --freeze and --trainable).`,
  );
}
