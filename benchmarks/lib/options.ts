// What a benchmark is asked for, from the words of a command line.
import { parseArgs } from 'node:util';
import { BenchError } from './error.ts';

export interface Options {
  /** Benchmarks by name. */
  readonly names: readonly string[];
  readonly node: string;
  readonly threads: number;
  readonly rounds: number;
  readonly families: readonly string[];
  readonly width: number;
  readonly layers: number;
  readonly ffn: number;
  readonly batch: number;
  readonly length: number;
  readonly op: string;
  readonly peers: readonly string[];
  readonly base: string | undefined;
  readonly python: string | undefined;
  readonly torchProgram: string | undefined;
  readonly out: string;
  readonly json: boolean;
  readonly help: boolean;
}

interface Flag {
  readonly value: string | null;
  readonly words: string;
}

/** In the order of the help. */
export const flags: Readonly<Record<string, Flag>> = {
  family: { value: 'NAME,...', words: 'models to measure (default: those of docs/speed.md)' },
  width: { value: 'N', words: 'of the model (default: 128)' },
  layers: { value: 'N', words: 'of the model (default: 4)' },
  ffn: { value: 'N', words: 'width of its gated MLP (default: three times the width)' },
  batch: { value: 'N', words: 'rows (default: 8)' },
  length: { value: 'N', words: 'tokens of a row (default: 128)' },
  threads: { value: 'N', words: 'of every side (default: 2)' },
  rounds: { value: 'N', words: 'turns of every side, at least 10 for a figure (default: 10)' },
  node: { value: 'PATH', words: 'the Node that runs our side and the JavaScript peers (default: this one)' },
  python: { value: 'PATH', words: 'a Python with torch and safetensors: PyTorch is a peer' },
  'torch-program': { value: 'FILE', words: 'a Python file with LM(config), in place of peers/torch_models.py' },
  peers: {
    value: 'NAME,...',
    words: 'torch, torch-avx2, torch-compile, jax, tfjs, gpujs; ort (default: torch where --python is given)',
  },
  op: { value: 'NAME', words: 'of the benchmark op: gemm, attention, ...' },
  base: { value: 'REV', words: 'another revision of this repository is a side of its own' },
  out: { value: 'FILE', words: 'where JSON lines are added (default: runs/bench.jsonl)' },
  json: { value: null, words: 'JSON lines on the terminal too' },
  help: { value: null, words: 'these words' },
};

/** @throws BenchError naming an option that is unknown, lacks its value or is out of range. */
export function readOptions(words: readonly string[]): Options {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value }]) => [
      name,
      { type: value ? ('string' as const) : ('boolean' as const) },
    ]),
  );
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new BenchError(
      `${(error as Error).message.split('. To specify')[0].replace(/\.$/, '')}; see pnpm bench --help.`,
    );
  }
  const text = (name: string) => parsed.values[name] as string | undefined;
  const list = (name: string) => text(name)?.split(',').filter(Boolean) ?? [];
  const whole = (name: string, otherwise: number, most = 1e6) => {
    const value = text(name);
    const n = Number(value ?? otherwise);
    if (value?.trim() !== '' && Number.isInteger(n) && n >= 1 && n <= most) return n;
    throw new BenchError(`--${name}: ${value} is no whole number from 1 to ${most}.`);
  };
  if (text('op') && parsed.positionals.length > 0 && !parsed.positionals.includes('op')) {
    throw new BenchError(
      `--op is for the benchmark op, but ${parsed.positionals} is asked for; leave one of them out.`,
    );
  }
  const width = whole('width', 128);
  const python = text('python');
  return {
    names: [...parsed.positionals, ...(text('op') && parsed.positionals.length === 0 ? ['op'] : [])],
    node: text('node') ?? process.execPath,
    threads: whole('threads', 2, 64),
    rounds: whole('rounds', 10),
    families: list('family'),
    width,
    layers: whole('layers', 4),
    ffn: whole('ffn', 3 * width),
    batch: whole('batch', 8),
    length: whole('length', 128),
    op: text('op') ?? '',
    peers: text('peers') === undefined && python ? ['torch'] : list('peers'),
    base: text('base'),
    python,
    torchProgram: text('torch-program'),
    out: text('out') ?? 'runs/bench.jsonl',
    json: parsed.values.json === true,
    help: parsed.values.help === true,
  };
}
