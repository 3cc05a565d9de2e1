// The end of `twill start`: two tables, what they say and what they do not, in words.
import { bytes, grouped } from '../draw/numbers.ts';
import { sparkline } from '../draw/sparkline.ts';
import { table } from '../draw/table.ts';
import type { CellResult } from './results.ts';

const CURVE = 20;

/** Both tables. @param corpus what the language models read. */
export function tables(results: readonly CellResult[], corpus: string): string {
  const language = results.filter(({ part }) => part === 'language');
  const recall = results.filter(({ part }) => part === 'recall');
  const pairs = Object.keys(recall[0]?.recall ?? {});
  return [
    `Language: ${corpus}\n`,
    table(
      ['model', 'bits per byte', 'state at 32k', 'parameters', 'tokens/s', 'training loss'],
      language.map((r) => [
        r.title,
        (r.bitsPerByte ?? Number.NaN).toFixed(3),
        bytes(r.stateBytes),
        grouped(r.parameters),
        grouped(r.tokensPerSecond),
        sparkline(r.losses, CURVE),
      ]),
    ),
    '\nRecall: the value that belongs to a key, among 4, 8 and 16 pairs (MQAR; chance 0.031)\n',
    table(
      ['model', ...pairs.map((n) => `${n} pairs`), 'state at 32k', 'parameters', 'tokens/s', 'training loss'],
      recall.map((r) => [
        r.title,
        ...pairs.map((n) => (r.recall?.[Number(n)] ?? Number.NaN).toFixed(3)),
        bytes(r.stateBytes),
        grouped(r.parameters),
        grouped(r.tokensPerSecond),
        sparkline(r.losses, CURVE),
      ]),
    ),
  ].join('');
}

/** What the language cells show, with what keeps it from being a finding. */
export function sentence(results: readonly CellResult[]): string {
  const of = (name: string) => results.find((r) => r.name === name);
  const [pure, hybrid, transformer] = ['pure', 'hybrid', 'transformer'].map((name) => of(`language-${name}`));
  if (!pure?.bitsPerByte || !hybrid?.bitsPerByte || !transformer?.bitsPerByte) return '';
  const gap = (other: number, name: string) => {
    const off = other - (hybrid.bitsPerByte as number);
    return `${Math.abs(off).toFixed(3)} bit ${off >= 0 ? 'better' : 'worse'} than ${name}`;
  };
  const smaller = transformer.stateBytes / hybrid.stateBytes;
  return (
    `After half a million bytes the hybrid is ${gap(pure.bitsPerByte, 'pure Gated DeltaNet')} and ` +
    `${gap(transformer.bitsPerByte, 'the Transformer')}, and at 32k tokens its state is ${smaller.toFixed(1)} times smaller than the Transformer's; ` +
    'with one seed a gap below 0.07 bit means nothing, attention without convolutions is slow to learn at this size, ' +
    'and recall is what was learned in 300 steps, not what a model can hold.'
  );
}

/** The language cell with the fewest bits per byte. */
export function bestOf(results: readonly CellResult[]): CellResult | undefined {
  return results
    .filter((r) => r.bitsPerByte !== undefined)
    .sort((a, b) => (a.bitsPerByte as number) - (b.bitsPerByte as number))[0];
}

/** Lines of at most `width` characters, broken at spaces. */
export function wrapped(text: string, width: number): string {
  const lines: string[] = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) as string;
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}
