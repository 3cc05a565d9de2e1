// twill presets: the models that have names, and what each would cost, counted without making any.

import { countsOf, type ModelCounts, STATE_CONTEXTS } from '@twilljs/eval';
import { hybrid, type Ratio } from '@twilljs/hybrid';
import { shapesOnly } from '@twilljs/nn';
import { bytesText, grouped, table, tokensText } from '@twilljs/report';
import { configOf, type ModelSize } from '@twilljs/sweep';
import { mixers, modelSizes, otherModels } from 'twilljs';
import { type Context, makeCommand, type Result } from '../command.ts';

/** Ratios at which a size is compared. */
const ratios: Readonly<Record<keyof typeof modelSizes, readonly Ratio[]>> = {
  recall: ['pure', '2'],
  language: ['pure', '4', '2'],
  mini: ['pure', '12', '6', '3'],
  '340M': ['pure', '24', '12', '6', '3'],
  '1.3B': ['pure', '24', '12', '6', '3'],
};

/** Tokens over which the FLOPs of a token are averaged. */
const LENGTH = 1024;

interface Preset extends ModelCounts {
  readonly name: string;
}

export function presets() {
  const command = makeCommand({
    name: 'presets',
    summary: 'Lists the models that have names: the small study, a night, and the paper.',
    seed: null,
    device: null,
    examples: ['twill presets', 'twill presets --json'],
    notes: [
      `FLOPs are those of the forward per token, over ${grouped(LENGTH)} tokens; state is in f32, for one sequence.\n` +
        '3:1, or 1 in 4: three linear layers, then one of softmax attention, and so on.\n' +
        'The first word is the name of a size, for "sizes" of a specification of twill sweep.',
    ],
  });
  return { command, run: async (context: Context) => runPresets(context) };
}

function runPresets({ say }: Context): Result {
  const all = [
    ...Object.entries(modelSizes).flatMap(([key, size]) => ofSize(key as keyof typeof modelSizes, size)),
    ...others(),
  ];
  const contexts = STATE_CONTEXTS.map((tokens) => `state\nat ${tokensText(tokens)}`);
  say(
    table(
      ['model', 'layers', 'parameters', 'without\nembedding', 'FLOPs\nper token', ...contexts],
      all.map(({ name, layers, parameters, nonEmbeddingParameters, flopsPerToken, stateBytes }) => [
        name,
        String(layers),
        ...[parameters, nonEmbeddingParameters, flopsPerToken].map(grouped),
        ...STATE_CONTEXTS.map((tokens) => bytesText(stateBytes[tokens])),
      ]),
    ),
  );
  return { answer: true, data: { flopsLength: LENGTH, presets: all } };
}

function ofSize(key: keyof typeof modelSizes, size: ModelSize): Preset[] {
  return mixers.flatMap(({ name, role }) =>
    (role === 'softmax' ? (['pure'] as const) : ratios[key]).map((ratio) =>
      preset(`${key} ${name}${ratio === 'pure' ? '' : `, ${Number(ratio) - 1}:1`}`, configOf(size, name, ratio)),
    ),
  );
}

const others = () => Object.entries(otherModels).map(([name, config]) => preset(name, config));

function preset(name: string, config: object): Preset {
  return { name, ...countsOf(hybrid(config, { mixers, init: shapesOnly() }), LENGTH) };
}
