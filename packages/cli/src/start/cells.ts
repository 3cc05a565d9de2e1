// The small study: three models of text and three of recall, each a call of `twill train` that anyone can repeat.

export interface Cell {
  /** Name of its run directory. */
  readonly name: string;
  readonly part: 'language' | 'recall';
  /** What the tables call it. */
  readonly title: string;
  readonly steps: number;
  /** Arguments of `twill train`, without data, seed, device and directory. */
  readonly args: readonly string[];
}

/** Bytes of a row of the language models. */
export const LENGTH = 256;

const shared = ['--hidden-size', '48', '--heads', '2', '--init-std', '0.05', '--min-ratio', '0.05'];
const optimiser = ['--weight-decay', '0.01', '--decayed', 'all'];

const language = [
  ...shared,
  ...optimiser,
  ...['--layers', '4', '--intermediate-size', '128', '--length', String(LENGTH), '--batch', '4'],
  ...['--lr', '8e-3', '--warmup', '40'],
];

const recall = [
  ...shared,
  ...optimiser,
  ...['--layers', '2', '--intermediate-size', '96', '--task', 'mqar', '--length', '64', '--vocab-size', '64'],
  ...['--pairs', '16', '--batch', '32', '--lr', '6e-3', '--warmup', '50'],
];

const STEPS = { language: 500, recall: 300 } as const;

function cell(part: Cell['part'], name: string, title: string, ...layout: string[]): Cell {
  const steps = STEPS[part];
  const args = [...layout, ...(part === 'language' ? language : recall), '--steps', String(steps)];
  return { name: `${part}-${name}`, part, title, steps, args };
}

/** Longest first, so that processors are idle for as short a time as possible. */
export const cells: readonly Cell[] = [
  cell('language', 'pure', 'Gated DeltaNet', '--mixer', 'gated-deltanet'),
  cell(
    'language',
    'hybrid',
    'one full layer in four',
    '--mixer',
    'gated-deltanet',
    '--ratio',
    '4:1',
    '--convention',
    'period',
  ),
  cell('language', 'transformer', 'Transformer', '--mixer', 'attention'),
  cell('recall', 'pure', 'Gated DeltaNet', '--mixer', 'gated-deltanet'),
  cell(
    'recall',
    'hybrid',
    'one full layer in two',
    '--mixer',
    'gated-deltanet',
    '--ratio',
    '2:1',
    '--convention',
    'period',
  ),
  cell('recall', 'transformer', 'Transformer', '--mixer', 'attention'),
];
