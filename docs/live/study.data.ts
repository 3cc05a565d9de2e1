// The study's table, read from the README when the site is built: it stands in one place.
import { readFileSync } from 'node:fs';

const readme = new URL('../../README.md', import.meta.url);

export interface StudyRow {
  readonly mixer: string;
  /** By the share of softmax layers: `pure`, or r where one layer in r is. Null where there is none. */
  readonly bits: Readonly<Record<string, number | null>>;
  /** Percent, of each seed. */
  readonly recall: Readonly<Record<string, readonly number[]>>;
  readonly parameters: string;
  readonly state: string;
}

const HEAD =
  '| | bits per byte, alone | 1 layer in 4 softmax | 1 in 2 | recall %, alone, three seeds | 1 in 2 | parameters | state at 32k tokens |';

declare const data: readonly StudyRow[];

export { data };

export default {
  watch: ['../../README.md'],
  load: () => studyRows(readFileSync(readme, 'utf8')),
};

/** @throws Error where the table is not there, or a cell is no number. */
export function studyRows(text: string): StudyRow[] {
  const lines = text.split('\n');
  const head = lines.indexOf(HEAD);
  if (head < 0)
    throw new Error('study.data.ts: README.md has no table of the study with this head; correct one of them.');
  const rows = lines.slice(head + 2, lines.indexOf('', head));
  return rows.map((line) => {
    const [mixer, pure, r4, r2, recallPure, recall2, parameters, state] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    return {
      mixer,
      bits: { pure: numberOf(pure), 4: numberOf(r4), 2: numberOf(r2) },
      recall: { pure: numbersOf(recallPure), 2: numbersOf(recall2) },
      ...{ parameters, state },
    };
  });
}

const numbersOf = (cell: string): number[] =>
  cell
    .split(' ')
    .filter(Boolean)
    .map((word) => {
      const value = Number(word);
      if (Number.isFinite(value)) return value;
      throw new Error(`study.data.ts: "${word}" in the table of the study is no number; correct it.`);
    });
const numberOf = (cell: string): number | null => numbersOf(cell)[0] ?? null;
