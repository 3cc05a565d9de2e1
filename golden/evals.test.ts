// Goldens of evaluation in the folder, on WebAssembly: what is asked in text, what is written, whole runs of benchmarks, and what these are made of.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataOf, type Outcome, replayGoldens } from '@twilljs/parity/node';
import { device, mixers } from 'twilljs';
import { afterAll, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('evals', import.meta.url));
const changed = mkdtempSync(join(tmpdir(), 'twill-evals-'));
afterAll(() => rmSync(changed, { recursive: true }));

const replay = async (paths: string[], base: string): Promise<Outcome> =>
  replayGoldens(paths, { mixers, base, device: await device({ name: 'wasm' }), label: 'wasm' });

/** Of each model. */
const runs = {
  ...{ arc_easy: 18, arc_challenge: 14, hellaswag: 14, openbookqa: 15, piqa: 15, winogrande: 17, boolq: 14, copa: 10 },
  ...{ sciq: 12, social_iqa: 10, mmlu_anatomy: 9, mmlu_world_religions: 4, lambada_openai: 19, lambada_standard: 10 },
  ...{ 'arc_easy.all-metrics': 18, 'piqa.all-metrics': 15, 'openbookqa.all-metrics': 15, 'arc_easy.2shot': 12 },
  ...{ 'winogrande.2shot': 12, 'piqa.2shot': 12, 'mmlu_anatomy.5shot': 9, 'lambada_standard.2shot': 10 },
  ...{ wikitext: 13, 'wikitext.window32': 13, swde: 12, fda: 11, squad_completion: 11 },
};

it('every file is what the original makes of its documents', async () => {
  const outcome = await replay([join(folder, 'lm-eval'), join(folder, 'recall')], folder);
  const counts = outcome.replayed.map(({ path, cases }) => [path.slice(folder.length + 1), cases?.count]);
  const ofModel = (model: string) => [
    ...Object.entries(runs).map(([name, count]) => [`lm-eval/${model}/${name}.jsonl`, count]),
    ...[
      [`lm-eval/${model}/results.json`, 135],
      [`lm-eval/requests-${model}.jsonl`, 39],
      [`lm-eval/generate-${model}.jsonl`, 48],
    ],
  ];
  const pools = { arc_easy: 9, lambada_standard: 2, mmlu_anatomy: 5, piqa: 5, winogrande: 6 };
  expect(Object.fromEntries(counts)).toEqual(
    Object.fromEntries([
      ...ofModel('gpt2'),
      ...ofModel('mistral'),
      ...Object.entries(pools).map(([task, count]) => [`lm-eval/fewshot-pool.${task}.json`, count]),
      ['lm-eval/units.json', 155],
      ['recall/jrt.jsonl', 420],
    ]),
  );
  expect(dataOf(outcome)).toMatchObject({ skipped: [], broken: [], above: 0, cases: { count: 1734, wrong: [] } });
}, 120_000);

it('what is otherwise is found, and named by its file and place', async () => {
  const [model, runs] = ['lm-eval/mistral', ['piqa', 'lambada_openai']];
  cpSync(join(folder, model), join(changed, model), { recursive: true, filter: (path) => !/\.jsonl$/.test(path) });
  const edit = (name: string, change: (text: string) => string) =>
    writeFileSync(join(changed, model, name), change(readFileSync(join(folder, model, name), 'utf8')));
  edit('results.json', (text) => {
    const all = JSON.parse(text);
    all.piqa.metrics['acc,none'] = 0.5;
    return JSON.stringify(Object.fromEntries(runs.map((name) => [name, all[name]])));
  });
  edit('piqa.jsonl', (text) => text.replace('Question:', 'Frage:'));
  edit('lambada_openai.jsonl', (text) => text.replace(/"ll":-(\d+\.\d)/, '"ll":-9$1'));
  const { cases, tensors } = dataOf(await replay([changed], folder)) as ReturnType<typeof dataOf> & {
    cases: { wrong: { path: string; index: number; what: string }[] };
    tensors: { path: string; ok: boolean }[];
  };
  expect(cases.wrong.map(({ path, index, what }) => [path.split('/').at(-1), index, what])).toEqual([
    ['piqa.jsonl', 0, 'contexts'],
    ['results.json', 1, 'acc,none'],
  ]);
  expect(tensors.filter(({ ok }) => !ok).map(({ path }) => path.split('/').at(-1))).toEqual(['lambada_openai.jsonl']);
}, 60_000);
