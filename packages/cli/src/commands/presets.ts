// twill presets: the models that have names, and what each would cost, counted without making any.

import { bytesText, countsOf, grouped, STATE_CONTEXTS, tokensText } from '@twilljs/eval';
import { hybrid } from '@twilljs/hybrid';
import { shapesOnly } from '@twilljs/nn';
import { table } from '@twilljs/report';
import { guessedOf, mixers, modelName, namedModels, paperModel, paperRepositories } from 'twilljs';
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

/** A name, and behind it whether its configuration is a guess. */
const marked = (name: string, guessed: string | null): string => (guessed === null ? name : `${name} ?`);

function runPresets({ say }: Context): Result {
  const all = Object.entries(namedModels()).map(([name, config]) => ({
    name,
    guessed: guessedOf(name),
    ...countsOf(hybrid(config, { mixers, init: shapesOnly() }), LENGTH),
  }));
  const contexts = STATE_CONTEXTS.map((tokens) => `state\nat ${tokensText(tokens)}`);
  say(
    table(
      ['model', 'layers', 'parameters', 'without\nembedding', 'FLOPs\nper token', ...contexts],
      all.map(({ name, guessed, layers, parameters, nonEmbeddingParameters, flopsPerToken, stateBytes }) => [
        marked(name, guessed),
        String(layers),
        ...[parameters, nonEmbeddingParameters, flopsPerToken].map(grouped),
        ...STATE_CONTEXTS.map((tokens) => bytesText(stateBytes[tokens])),
      ]),
    ),
  );
  const repositories = paperRepositories().map((id) => {
    const { size, mixer, ratio, guessed } = paperModel(id)!;
    return { id, model: modelName(size, mixer, ratio), guessed };
  });
  say(
    `\n? a guess: of the paper's checkpoint is not known what is said below; others have copied the configurations of Gated DeltaNet alone\n\n${table(
      ["the paper's repositories on the Hub", 'model here', 'guessed'],
      repositories.map(({ id, model, guessed }) => [id, model, guessed ?? 'nothing']),
    )}`,
  );
  return { answer: true, data: { flopsLength: LENGTH, presets: all, repositories } };
}
