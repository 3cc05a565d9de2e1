// docs/speed.md and its picture from results: between the marks of the page stand tables, which are made anew.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/check/repository.ts';
import { BenchError } from './lib/error.ts';
import type { Machine, Result } from './lib/results.ts';
import { picture } from './picture.ts';

export type Told = Result & { readonly machine: Machine };

/** Results of a file with the machine that each was made on; of those for the same thing the last. */
export function resultsIn(file: string): Told[] {
  if (!existsSync(file)) throw new BenchError(`page: there is no ${file}; run benchmarks first, or give --out FILE.`);
  const latest = new Map<string, Told>();
  let machine: Machine | undefined;
  for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const value = JSON.parse(line) as Result & { machine?: Machine };
    if (!value.benchmark) machine = value.machine;
    else if (machine) {
      const key = [value.benchmark, value.case, value.side, columnOf(machine)].join('\n');
      latest.delete(key);
      latest.set(key, { ...value, machine });
    }
  }
  return [...latest.values()];
}

const columnOf = ({ node, tier, threads }: Machine): string =>
  `Node ${/\d+/.exec(node)?.[0]}, ${tier}, ${threads === 1 ? 'one thread' : `${threads} threads`}`;

const short = (x: number): string => Number(x.toPrecision(3)).toLocaleString('en-US');
const time = (seconds: number): string =>
  seconds < 1e-3 ? `${short(seconds * 1e6)} us` : `${short(seconds * 1e3)} ms`;

/** Of a peer how many times faster we are, else tokens per second or time, with the share of the peak; and the most memory. */
function cell({ seconds, tokens, share, ratio, rss }: Told): string {
  const reached = seconds === undefined ? '' : tokens ? `${short(tokens / seconds)}/s` : time(seconds);
  const part = share === undefined ? '' : ` (${Math.round(100 * share)} %)`;
  const memory = rss === undefined ? '' : `, ${Math.round(rss)} MB`;
  return (ratio === undefined ? reached + part : `${ratio.toFixed(2)} x`) + memory;
}

/** A table for each machine, with a row for each case and a column for each side. */
function tables(results: readonly Told[]): string {
  const names = [...new Set(results.map(({ machine }) => columnOf(machine)))];
  const parts = names.map((name) => {
    const own = table(results.filter(({ machine }) => columnOf(machine) === name));
    return names.length > 1 ? `${name}:\n\n${own}` : own;
  });
  return parts.join('\n\n');
}

function table(results: readonly Told[]): string {
  const ours = results.filter(({ ratio }) => ratio === undefined); // their columns come first
  const sides = [...new Set([...ours, ...results].map(({ side }) => side))];
  const cases = [...new Set(results.map((told) => told.case))];
  const rows = cases.map((name) => [
    name,
    ...sides.map((side) => {
      const told = results.find((of) => of.case === name && of.side === side);
      return told ? cell(told) : '';
    }),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(['', ...sides]), line(['---', ...sides.map(() => '---')]), ...rows.map(line)].join('\n');
}

function machines(results: readonly Told[]): string {
  const told = new Map(results.map(({ machine }) => [columnOf(machine), machine]));
  const lines = [...told].map(
    ([name, { peak, cpu }]) => `* ${name}: ${short(peak / 1e9)} GFLOP/s at most per thread; ${cpu}`,
  );
  return lines.join('\n');
}

/** Writes docs/speed.md and docs/speed.svg. @throws BenchError where there are no results. */
export async function writePage(file: string): Promise<void> {
  const results = resultsIn(file);
  const path = join(root, 'docs/speed.md');
  const page = readFileSync(path, 'utf8').replace(/<!-- ([a-z]+) -->[\s\S]*?<!-- end -->/g, (_, name: string) => {
    const own = results.filter(({ benchmark }) => benchmark === name);
    const block = name === 'machines' ? machines(results) : own.length > 0 ? tables(own) : 'Not measured yet.';
    return `<!-- ${name} -->\n${block}\n<!-- end -->`;
  });
  writeFileSync(path, page);
  writeFileSync(join(root, 'docs/speed.svg'), await picture(results));
  process.stdout.write(`docs/speed.md, docs/speed.svg: ${results.length} results of ${file}\n`);
}
