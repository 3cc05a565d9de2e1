// twill train with a part of a model, and by Muon: the flags, their record, going on, and what cannot be.
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSafetensors } from '@twilljs/hub';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-groups-')));
const small =
  '--task parity --length 8 --batch 2 --hidden-size 8 --layers 2 --ratio 1:1 --steps 3 --seed 4 --device cpu'.split(
    ' ',
  );
const train = (...words: string[]) => capture(['train', ...small, ...words]);

beforeAll(() => process.chdir(work));
afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

const recordOf = (out: string) => JSON.parse(readFileSync(`${out}/run.json`, 'utf8'));

it('trains what is not frozen, by Muon, writes down how, and goes on', async () => {
  const words = [
    '--param-group',
    '*norm*:lr=0.5,weight_decay=0.3',
    'lm_head.*:lr=2',
    '--trainable',
    'model.layers.1.*',
    'lm_head.*',
  ];
  const { code, err } = await train(
    ...words,
    '--freeze',
    '*',
    '--optimizer',
    'muon',
    '--momentum',
    '0.9',
    '--out',
    'part',
  );
  expect(code, err).toBe(0);
  expect(err).toMatch(/^[\d,]+ parameters, [\d,]+ of them trained, on cpu$/m);
  expect(recordOf('part').training).toMatchObject({
    ...{ optimizer: 'muon', momentum: 0.9 },
    groups: [
      { match: '*', trainable: false },
      { match: 'model.layers.1.*', trainable: true },
      { match: 'lm_head.*', trainable: true },
      { match: '*norm*', lr: 0.5, weightDecay: 0.3 },
      { match: 'lm_head.*', lr: 2 },
    ],
  });
  const { tensors } = parseSafetensors(readFileSync('part/checkpoints/step-000003/model.safetensors'));
  expect([...tensors.keys()].filter((name) => !/^(model\.layers\.1|lm_head)\./.test(name))).toEqual([]);
  const longer = await capture('train --out part --resume --steps 5'.split(' '));
  expect(longer.code, longer.err).toBe(0);
  const other = await capture('train --out part --resume --steps 6 --freeze model.embeddings.*'.split(' '));
  expect(other.code).toBe(2);
  expect(other.err).toContain(
    'training.groups[0].match is "*" in part/run.json but "model.embeddings.*" was asked for',
  );
  const byAdam = await capture('train --out part --resume --steps 6 --optimizer adamw'.split(' '));
  expect([byAdam.code, byAdam.err]).toEqual([
    2,
    'train: --optimizer is adamw but muon in part/run.json; leave it out, or choose another --out.\n',
  ]);
});

it.each([
  [['--freeze', 'model.layer.*'], 'groups: "model.layer.*" matches none of the'],
  [['--freeze', '*'], 'parameters is trainable; add'],
  [['--trainable', 'lm_head.*'], "changes nothing where nothing is frozen; add --freeze '*'"],
  [['--param-group', 'lm_head.*'], '--param-group is "lm_head.*" where a pattern and lr or weight_decay are needed'],
  [['--param-group', 'lm_head.*:beta1=0.5'], 'where a pattern and lr or weight_decay are needed'],
  [['--param-group', '*:lr=fast'], 'groups[0]: lr is "fast" where a number from 0'],
  [['--optimizer', 'sgd'], '--optimizer is "sgd" where "adamw", "muon" is needed'],
  [['--momentum', '0.9'], 'momentum is 0.9 but the optimizer is adamw, which has none'],
])('%j is refused in words', async (words, message) => {
  const { code, out, err } = await train(...words, '--out', 'refused');
  expect(err).toContain(message);
  expect(err).toMatch(/^(.* parameters.* on cpu\n)?train: .+\n$/);
  expect([code, out, existsSync('refused')]).toEqual([2, '', false]);
});
