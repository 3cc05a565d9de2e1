// A text that ends where a fact is to come which stands in it.
import type { Benchmark } from '../../benchmarks/benchmark.ts';
import { stringIn } from '../../benchmarks/columns.ts';
import { generation } from '../../benchmarks/generation.ts';
import { strip } from '../../python/white-space.ts';
import type { GenerationOptions } from '../../requests/request.ts';

interface FactInText {
  readonly name: string;
  readonly title: string;
  /** Of the data set. */
  readonly id: string;
  readonly options: GenerationOptions;
}

export function factInText({ id, ...own }: FactInText): Benchmark {
  return generation({
    ...own,
    dataset: {
      id,
      config: 'default',
      splits: { evaluation: 'validation', shots: 'validation' },
      columns: { text: 'string', value: 'string' },
    },
    source: 'Arora et al. 2024, https://arxiv.org/abs/2402.18668',
    shots: { leavesOutDocument: true },
    text: (doc) => strip(stringIn(doc, 'text')),
    answers: (doc) => [strip(stringIn(doc, 'value'))],
  });
}
