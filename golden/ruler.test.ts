// Every golden of RULER is replayed, and a wrong one is found.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { replayGoldens } from '@twilljs/parity/node';
import { cpu } from '@twilljs/tensor';
import { expect, it } from 'vitest';

const FOLDER = 'golden/evals/ruler';
const options = { mixers: [], device: cpu(), label: 'cpu', base: 'golden/evals' };

const casesOf = async (folder: string) => {
  const { replayed, skipped, broken } = await replayGoldens([folder], options);
  expect([skipped, broken]).toEqual([[], []]);
  return Object.fromEntries(
    replayed.map(({ path, cases }) => [
      basename(path),
      [cases?.count, cases?.wrong.map(({ index, what }) => `${index} ${what}`)],
    ]),
  );
};

it('replays every file', async () => {
  expect(await casesOf(FOLDER)).toEqual({
    'constants.jsonl': [12, []],
    'cwe.jsonl': [10, []],
    'fwe.jsonl': [10, []],
    'fwe_counts.jsonl': [5, []],
    'niah.jsonl': [36, []],
    'qa.jsonl': [8, []],
    'qa_data.jsonl': [2, []],
    'scoring.jsonl': [15, []],
    'vt.jsonl': [6, []],
  });
});

it('finds what is wrong', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ruler-'));
  try {
    for (const file of ['constants.jsonl', 'fwe_counts.jsonl', 'niah.jsonl', 'scoring.jsonl', 'tokenizer.json']) {
      cpSync(join(FOLDER, file), join(folder, file));
    }
    const change = (file: string, line: number, of: string | RegExp, to: string) => {
      const lines = readFileSync(join(folder, file), 'utf8').split('\n');
      lines[line] = lines[line].replace(of, to);
      writeFileSync(join(folder, file), lines.join('\n'));
    };
    change('niah.jsonl', 0, /"attempts": ?\[11\]/, '"attempts":[11,7]');
    change('niah.jsonl', 1, /"n": ?16/, '"n":17');
    change('niah.jsonl', 3, /"draws": ?\["fofe-kikuvu"/, '"draws":["fofe-kikuvv"');
    change('fwe_counts.jsonl', 0, /\[46, ?11,/, '[46,12,');
    change('scoring.jsonl', 1, '66.67', '66.66');
    const found = await casesOf(folder);
    expect(found['niah.jsonl'][1]).toEqual(['0 attempts', '1 search', '3 input', '3 prefix']);
    expect(found['fwe_counts.jsonl'][1]).toEqual(['0 counts']);
    expect(found['scoring.jsonl'][1]).toEqual(['1 upstream_all']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
