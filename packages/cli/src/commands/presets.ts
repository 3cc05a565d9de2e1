// twill presets: the models that have names, and what each would cost, counted without making any.

import { bytesText, countsOf, grouped, STATE_CONTEXTS, tokensText } from '@twilljs/eval';
import { hybrid } from '@twilljs/hybrid';
import { shapesOnly } from '@twilljs/nn';
import { table } from '@twilljs/report';
import { mixers, namedModels, paperCheckpoints, provenanceOf } from 'twilljs';
import { type Context, makeCommand, type Result } from '../command.ts';

/** Tokens over which the FLOPs of a token are averaged. */
const LENGTH = 1024;

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

/** Behind a name, where its configuration is not known. */
const marks = { confirmed: '', 'in part': ' (?)', guess: ' ?' } as const;

function runPresets({ say }: Context): Result {
  const all = Object.entries(namedModels()).map(([name, config]) => ({
    name,
    configuration: provenanceOf(name),
    ...countsOf(hybrid(config, { mixers, init: shapesOnly() }), LENGTH),
  }));
  const contexts = STATE_CONTEXTS.map((tokens) => `state\nat ${tokensText(tokens)}`);
  say(
    table(
      ['model', 'layers', 'parameters', 'without\nembedding', 'FLOPs\nper token', ...contexts],
      all.map(({ name, configuration, layers, parameters, nonEmbeddingParameters, flopsPerToken, stateBytes }) => [
        `${name}${configuration === null ? '' : marks[configuration]}`,
        String(layers),
        ...[parameters, nonEmbeddingParameters, flopsPerToken].map(grouped),
        ...STATE_CONTEXTS.map((tokens) => bytesText(stateBytes[tokens])),
      ]),
    ),
  );
  const checkpoints = paperCheckpoints();
  say(
    `\n? a guess: the paper's own configuration is not known,
  these are FLA's defaults at its depth and width; (?) so for the softmax layers\n\n${table(
    ['checkpoint of the paper on the Hub', 'model here'],
    checkpoints.map(({ id, model, configuration }) => [id, model + marks[configuration]]),
  )}`,
  );
  return { answer: true, data: { flopsLength: LENGTH, presets: all, checkpoints } };
}
