// Training a byte-level BPE and encoding with it, beside Python's tokenizers where a Python is given: the same merges and the same ids.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/check/repository.ts';
import type { Benchmark } from '../lib/benchmark.ts';
import { among, inTurns, mostOf } from '../lib/contestant.ts';
import { BenchError } from '../lib/error.ts';
import { median } from '../lib/measure.ts';
import type { Tokenized } from '../subjects/tokenize.ts';

const VOCAB = 8000;
/** Characters, about: the repository's own texts, as often as it takes, each time with other numbers and capitals. */
const CHARACTERS = 1e7;

export const tokenize: Benchmark = {
  name: 'tokenize',
  title: 'training a byte-level BPE of 8000 tokens on 10 MB, and encoding them, beside Python tokenizers (--python)',
  async run(bench) {
    const { options, report, folder } = bench;
    const texts = textsOfRepository();
    const job = { texts: join(folder, 'texts.json'), tokenizer: join(folder, 'tokenizer.json'), vocabSize: VOCAB };
    writeFileSync(job.texts, JSON.stringify(texts));
    const megabytes = texts.reduce((n, text) => n + Buffer.byteLength(text), 0) / 1e6;
    const commands = await bench.sides({ subject: 'tokenize', ...job });
    if (options.python) {
      const program = join(root, 'benchmarks/peers/tokenizers_side.py');
      commands.push({ name: 'tokenizers', program: options.python, args: [program, JSON.stringify(job)] });
    }
    await among(commands, async (sides) => {
      const hello: { label: string }[] = [];
      for (const side of sides) hello.push(await side.ready());
      for (const what of ['train', 'encode']) {
        const turns = await inTurns<Tokenized>(sides, options.rounds, () => ({ what }));
        const medians = turns.map((of) => median(of.map(({ seconds }) => seconds)));
        const other = turns.findIndex((of) => of.some(({ sha256 }) => sha256 !== turns[0][0].sha256));
        if (other >= 0) throw new BenchError(`tokenize: ${sides[other].name} ${what}s to another result.`);
        for (const [i, seconds] of medians.entries()) {
          const isOurs = sides[i].name !== 'tokenizers';
          report.add({
            ...{ benchmark: 'tokenize', case: `${what}, ${megabytes.toFixed(1)} MB, ${VOCAB} tokens` },
            ...{ side: isOurs ? sides[i].name : hello[i].label, seconds, ...mostOf(turns[i]) },
            ...(i > 0 && { ratio: seconds / medians[0] }),
            note: `${(megabytes / seconds).toFixed(1)} MB/s, ${i > 0 ? 'the same result' : `${turns[0][0].tokens} ${what === 'train' ? 'merges' : 'ids'}`}`,
          });
        }
      }
    });
  },
};

function textsOfRepository(): string[] {
  const names = execFileSync('git', ['ls-files', '*.md', '*.ts', '*.py'], { cwd: root, encoding: 'utf8' }).trim();
  const files = names.split('\n').map((name) => readFileSync(join(root, name), 'utf8'));
  const texts: string[] = [];
  let characters = 0;
  for (let round = 0; characters < CHARACTERS; round++) {
    for (const file of files) {
      // Words that come again are found again: not all of them do.
      const text = file.replaceAll(/\b[a-z]+\d*\b/g, (word, at: number) =>
        (at + round) % 7 === 0 ? `${word.slice(0, 1).toUpperCase()}${word.slice(1)}${round}` : word,
      );
      texts.push(text);
      characters += text.length;
    }
  }
  return texts;
}
