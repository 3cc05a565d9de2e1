// What an evaluation costs beside the forward that it rests on: texts beside their logits, questions beside their contexts and choices read
// once each, and memory as the vocabulary and the texts grow.
import type { Bench, Benchmark } from '../lib/benchmark.ts';
import { among, inTurns, mostOf } from '../lib/contestant.ts';
import { median } from '../lib/measure.ts';
import { configOf, sizeText } from '../lib/models.ts';
import { twill } from '../lib/twill.ts';
import type { Evaluated, EvaluateHello, EvaluateJob } from '../subjects/evaluate.ts';

/** Of models of which time is asked, and memory. */
const VOCABULARIES = [4096, 32_000];
const VOCABULARIES_OF_MEMORY = [1024, 32_000, 128_000];
/** Texts of one forward each whose memory is asked. */
const TEXTS_OF_MEMORY = [2, 8];
const TOKENS_AT_ONCE = 2048;

/** Questions, of so many tokens. */
const QUESTIONS = 40;
const QUESTION = 300;

type Way = EvaluateJob['way'];

async function versus(bench: Bench, what: string, of: Omit<EvaluateJob, 'way'>, ways: readonly [Way, Way]) {
  const { options, report } = bench;
  const commands = ways.map((way) => twill(options, { subject: 'evaluate', ...of, way }, way));
  await among(await Promise.all(commands), async (sides) => {
    const hellos = await Promise.all(sides.map((side) => side.ready<EvaluateHello>()));
    for (const side of sides) await side.ask({}); // recorded
    const turns = await inTurns<Evaluated>(sides, options.rounds, () => ({}));
    const medians = turns.map((of) => median(of.map(({ seconds }) => seconds)));
    for (const [i, side] of sides.entries()) {
      const cost = (medians[0] / medians[1]).toFixed(3);
      report.add({
        ...{ benchmark: 'evaluate', case: what, side: side.name, seconds: medians[i], tokens: hellos[i].tokens },
        ...mostOf(turns[i]),
        ...(i > 0 && { ratio: medians[i] / medians[0], note: `${ways[0]} takes ${cost} x its time` }),
      });
    }
  });
}

async function memory(bench: Bench, what: string, config: (vocabulary: number) => object): Promise<void> {
  const { options, report } = bench;
  for (const vocabulary of VOCABULARIES_OF_MEMORY) {
    for (const count of TEXTS_OF_MEMORY) {
      const job = { subject: 'evaluate', config: config(vocabulary), way: 'score', count, length: TOKENS_AT_ONCE };
      await among([await twill(options, job, `vocabulary ${vocabulary}, ${count} texts`)], async ([side]) => {
        const { resident, tokens } = await side.ready<EvaluateHello>();
        const { seconds, rss } = await side.ask<Evaluated>({});
        const note = `${Math.round(rss - resident)} MB more than with the model alone`;
        report.add({ benchmark: 'evaluate', case: `memory, ${what}`, side: side.name, seconds, tokens, rss, note });
      });
    }
  }
}

export const evaluate: Benchmark = {
  name: 'evaluate',
  title: 'scoring beside the forward alone, questions beside their parts, in seconds of the processor; memory',
  async run(bench) {
    const { options } = bench;
    const { batch: count, length } = options;
    for (const family of bench.families(['gated_deltanet'])) {
      const config = (vocab_size: number) => ({ ...configOf(family, options), vocab_size, tie_word_embeddings: true });
      for (const vocabulary of VOCABULARIES) {
        const what = `${sizeText(family, options)}, vocabulary ${vocabulary}`;
        const texts = { config: config(vocabulary), count, length };
        await versus(bench, `${count} texts of ${length} tokens, ${what}`, texts, ['score', 'logits']);
        const questions = { config: config(vocabulary), count: QUESTIONS, length: QUESTION };
        await versus(bench, `${QUESTIONS} questions, ${what}`, questions, ['questions', 'parts']);
      }
      await memory(bench, sizeText(family, options), config);
    }
  },
};
