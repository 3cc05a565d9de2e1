// The check of names can fail, and tells a name from the same word in a sentence.
import { expect, it } from 'vitest';
import { manifest, repository } from './fixture.ts';
import { namesBut } from './names.ts';

const recall = "// Recall.\nexport const recallTask = {\n  name: 'recall',\n  aliases: ['lookup', 'text'],\n};\n";
const exams = "// Exams.\nexport const exams = make({\n  name: 'exams',\n  aliases: ['lookup'],\n});\n";
const path = 'packages/tensor/src/some.ts';

const found = (text: string, exceptions: Parameters<typeof namesBut>[0] = []): string[] =>
  namesBut(exceptions)(
    repository({
      'packages/eval/package.json': manifest('eval'),
      'packages/eval/src/tasks/recall.ts': recall,
      'packages/eval/src/suites/lm/exams.ts': exams,
      [path]: `// Some.\n${text}\n`,
    }),
  );
const problem = (what: string) => [`${path}:2: names the ${what}; let its value say what is asked here.`];

it('accepts names where their values are, in twilljs, and words of a sentence', () => {
  expect(found("throw new Error('recall needs pairs: twill train --task recall');")).toEqual([]);
  expect(found('const at = `recall: $' + '{x}`;')).toEqual([]);
  expect(found("import '@twilljs/deltanet';")).toEqual([]);
  expect(found('const { attention, text } = file; use(text.attention);')).toEqual([]);
  const all = {
    'packages/twilljs/package.json': manifest('twilljs'),
    'packages/twilljs/src/index.ts': "// All.\nfind('deltanet');\n",
  };
  expect(namesBut([])(repository(all))).toEqual([]);
});

it.each([
  ["if (task === 'recall') draw();", 'task recall'],
  ["type Task = 'lookup';", 'task lookup'],
  ['const name = `recall-$' + '{size}`;', 'task recall'],
  ["name.startsWith('recall-');", 'task recall'],
  ['draw(cell.recall);', 'task recall'],
  ['const sizes = { lookup: 3 };', 'task lookup'],
  ['const { lookup: best } = cell;', 'task lookup'],
  ['interface Cell { recall: number }', 'task recall'],
  ["if (kind === 'text') draw();", 'task text'],
  ["answer(task.name === 'exams');", 'benchmark exams'],
  ["find('exams_anatomy');", 'benchmark exams_anatomy'],
  ['const table = { exams: 5 };', 'benchmark exams'],
  ["find('gated-deltanet');", 'mixer gated-deltanet'],
  ["const family = known['deltanet'];", 'mixer deltanet'],
])('refuses %s', (text, what) => {
  expect(found(text)).toEqual(problem(what));
});

it('takes exceptions where a word means something else, as long as they are needed', () => {
  const exceptions = [{ word: 'text', files: /some\.ts$/, meaning: 'a block' }];
  expect(found("draw({ kind: 'text' });", exceptions)).toEqual([]);
  expect(found('draw();', exceptions)).toEqual(["scripts/check/names.ts: no 'text' is a block; remove the exception."]);
});
