// A run that is given more steps, begins with other weights, or is stopped by what it calls.
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { isTwillError } from '@twilljs/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockDirectory } from './lock.ts';
import { readMetrics } from './read-metrics.ts';
import { freshModel, runHome, stopAfter } from './run.test-data.ts';
import type { RunOptions } from './run-options.ts';
import { learningRate } from './schedule.ts';

const home = runHome();
const { at, run, weights, recordOf, linesOf, factsOf } = home;
afterAll(() => home.remove());

const lr = 1e-2;
const refusal = async (directory: string, more: Partial<RunOptions>): Promise<string> => {
  const error = await run(directory, more).then(
    () => new Error('it ran'),
    (reason: Error) => reason,
  );
  expect(isTwillError(error), String(error)).toBe(true);
  return error.message.replaceAll(home.path, 'runs');
};

beforeAll(async () => {
  await run('whole');
});

it('says that a module of the user has changed since, however often it went on before', async () => {
  const module = at('mine.mjs');
  const gone = at('gone.mjs');
  writeFileSync(module, 'export default 1;');
  writeFileSync(gone, 'export default 1;');
  const warned: string[][] = [];
  for (const [steps, text] of [
    [3, 'export default 1;'],
    [6, 'export default 1;'],
    [9, 'export default 2;'],
    [12, 'export default 2;'],
  ] as const) {
    writeFileSync(module, text);
    if (steps === 9) rmSync(gone); // nothing can be said of it
    const warnings: string[] = [];
    const origin = { modules: [module, gone] };
    const more = { resume: steps > 3, training: { steps, lr }, origin };
    await run('modules', { ...more, warn: (message) => warnings.push(message) });
    warned.push(warnings.filter((message) => !message.startsWith('run: the plan is')));
  }
  const changed = `run: ${module} has changed since this run went that far; from here on it goes by what stands there now.`;
  expect(warned).toEqual([[], [], [changed], []]);
});

describe('more steps', () => {
  const longer = { resume: true, training: { steps: 40, lr } };

  it('go on from the end of a finished run, and the record and a warning say how', async () => {
    cpSync(at('whole'), at('longer'), { recursive: true });
    const warnings: string[] = [];
    const result = await run('longer', { ...longer, warn: (message) => warnings.push(message) });
    expect(result).toMatchObject({ status: 'finished', step: 40, from: 25 });
    expect(recordOf('longer')).toMatchObject({
      ...{ status: 'finished', step: 40, training: { steps: 40, warmup: 2 } },
      extended: [{ step: 25, from: 25, to: 40 }],
    });
    // Warm-up is what the rule chose for 25 steps, 0.05 x the peak ends both plans: 0.01 (0.05 + 0.95 (1 + cos(24 pi / 38)) / 2) = 0.00334.
    expect(warnings).toEqual([
      'run: the plan is 40 steps instead of 25; the learning rate, 0.0005 by the old plan at step 25, is 0.00334 at step 26 by the new one and ends with 0.0005.',
    ]);
    const lines = linesOf('longer');
    expect(lines.map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(factsOf('longer').slice(0, 25)).toEqual(factsOf('whole'));
    const plan = { steps: 40, lr, warmup: 2, decay: 'cosine', minRatio: 0.05 } as const;
    for (const { step, lr } of lines.slice(25)) expect(lr).toBe(learningRate(plan, step - 1));
    expect(await run('longer', longer)).toMatchObject({ status: 'complete', step: 40 });
    expect(weights('longer').equals(weights('whole'))).toBe(false);
  });

  it('end with the same bits when the longer plan is interrupted, and can grow again', async () => {
    cpSync(at('whole'), at('again'), { recursive: true });
    expect(await run('again', stopAfter(29, longer))).toMatchObject({ status: 'interrupted', from: 25 });
    expect(await run('again', longer)).toMatchObject({ status: 'finished', from: 29 });
    expect(weights('again').equals(weights('longer'))).toBe(true);
    expect(factsOf('again')).toEqual(factsOf('longer'));
    await run('again', { resume: true, training: { steps: 41, lr } });
    expect(recordOf('again').extended).toEqual([
      { step: 25, from: 25, to: 40 },
      { step: 40, from: 40, to: 41 },
    ]);
  });

  it('of an interrupted run', async () => {
    await run('cut', stopAfter(7));
    expect(await run('cut', longer)).toMatchObject({ status: 'finished', step: 40, from: 7 });
    expect(recordOf('cut').extended).toEqual([{ step: 7, from: 25, to: 40 }]);
  });

  it('fewer are refused, other settings too, and a finished run without a checkpoint', async () => {
    expect(await refusal('whole', { resume: true, training: { steps: 24, lr } })).toBe(
      'run: training.steps is 25 in runs/whole/run.json, which has come to step 25, but 24 was asked for; give as many or more, or another directory.',
    );
    expect(await refusal('whole', { resume: true, training: { steps: 40, lr: 2e-2 } })).toMatch(
      /training.lr is 0.01 .* 0.02/,
    );
    expect(await refusal('whole', { resume: true, training: { steps: 40, lr, warmup: 4 } })).toMatch(
      /training.warmup is 2 .* 4/,
    );
    cpSync(at('whole'), at('bare'), { recursive: true });
    rmSync(at('bare', 'checkpoints'), { recursive: true });
    expect(await refusal('bare', longer)).toBe(
      'runs/bare: has no checkpoint to go on from beyond step 25; start another run from its weights.',
    );
    expect(weights('bare').equals(weights('whole'))).toBe(true);
    expect(factsOf('bare')).toEqual(factsOf('whole'));
  });

  it('of a run whose settings were chosen by hand: what is left out is what it was, and nothing else is taken', async () => {
    const chosen = { lr: 2e-2, warmup: 5, minRatio: 0.3 };
    await run('warm', stopAfter(3, { training: { steps: 25, ...chosen } }));
    expect(await refusal('warm', longer)).toMatch(/training.lr is 0.02 in .* but 0.01 was asked for/);
    expect(await run('warm', { resume: true, training: { steps: 40 } })).toMatchObject({
      status: 'finished',
      step: 40,
    });
    expect(recordOf('warm').training).toMatchObject({ steps: 40, ...chosen });
  });
});

describe('weights from elsewhere', () => {
  it('are recorded with their hash, and compared when the run goes on', async () => {
    const init = { directory: at('whole') };
    const from = async (seed: number) => ({ model: await freshModel(seed), init });
    await run('init', stopAfter(3, await from(9)));
    expect(recordOf('init').init).toEqual({
      ...{ directory: at('whole'), dtype: 'f32' },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await refusal('init', { resume: true, ...(await from(8)) })).toMatch(
      /init is "[0-9a-f]+\.\.\. in .* but "[0-9a-f]+\.\.\. was asked/,
    );
    expect(await refusal('init', { resume: true })).toMatch(/init is .* but null was asked for/);
    expect(await refusal('whole', { resume: true, ...(await from(9)) })).toMatch(/init is null in .*whole/);
    expect(await run('init', { resume: true, ...(await from(9)) })).toMatchObject({ status: 'finished', from: 3 });
  });
});

describe('validation', () => {
  const measured = (values: (number | null)[], direction: 'lower' | 'higher' = 'lower') => {
    let at = 0;
    const better = { of: 'score', direction };
    return { every: 4, measure: async () => ({ score: values[at++] as number, note: 'x' }), better };
  };
  const scores = [5, 3, Number.NaN, 3, 4, 9, 7];

  it('keeps the best checkpoint, changes no bit, and both curves stand in the metrics', async () => {
    await run('validated', { validation: measured(scores) });
    expect(weights('validated').equals(weights('whole'))).toBe(true);
    expect(recordOf('validated').best).toEqual({ of: 'score', direction: 'lower', step: 8, value: 3 });
    expect(readdirSync(at('validated', 'checkpoints'))).toEqual(['step-000008', 'step-000020', 'step-000025']);
    const { steps, validations, validation } = readMetrics(at('validated'));
    expect(steps).toHaveLength(25);
    expect(validations.map(({ step }) => step)).toEqual([4, 8, 12, 16, 20, 24, 25]);
    expect(validations.map(({ values }) => values.score)).toEqual([5, 3, null, 3, 4, 9, 7]);
    expect(validation).toEqual({ score: 7, note: 'x' });
  });

  it('goes on across an interruption, knowing what was best', async () => {
    await run('halves', stopAfter(13, { validation: measured(scores) }));
    expect(readdirSync(at('halves', 'checkpoints'))).toEqual(['step-000008', 'step-000010', 'step-000013']);
    await run('halves', { resume: true, validation: measured(scores.slice(3)) });
    expect(factsOf('halves')).toEqual(factsOf('validated'));
    expect(weights('halves').equals(weights('whole'))).toBe(true);
    expect(recordOf('halves').best).toEqual(recordOf('validated').best);
    expect(readdirSync(at('halves', 'checkpoints'))).toEqual(readdirSync(at('validated', 'checkpoints')));
  });

  it('takes the higher one where that is better', async () => {
    await run('higher', { validation: measured(scores, 'higher') });
    expect(recordOf('higher').best).toMatchObject({ step: 24, value: 9 });
  });

  it.each([
    [
      'another name',
      { of: 'loss', direction: 'lower' },
      /better.of is "loss" but measure returns undefined .* of score, note/,
    ],
    ['a text', { of: 'note', direction: 'lower' }, /better.of is "note" but measure returns "x" under that name/],
    [
      'an inherited name',
      { of: 'toString', direction: 'lower' },
      /better.of is "toString" but measure returns undefined/,
    ],
    ['no direction', { of: 'score' }, /better.direction is undefined; give "lower" or "higher"/],
    ['another direction', { of: 'score', direction: 'down' }, /better.direction is "down"/],
    ['a misspelt field', { of: 'score', dirction: 'lower' }, /did you mean direction/],
  ])('refuses %s', async (name, better, message) => {
    const validation = { ...measured(scores), better: better as never };
    expect(await refusal(`odd ${name}`, { validation })).toMatch(message);
  });
});

describe('options', () => {
  it.each([
    [{ learningRate: 1 }, /no option learningRate/],
    [{ checkpoint: { every: 1 } }, /did you mean checkpoints/],
    [{ checkpoints: { evry: 1 } }, /did you mean every/],
    [{ checkpoints: { keep: 0 } }, /keep is 0/],
    [{ validation: { every: 5 } }, /measure is undefined/],
    [{ validation: { every: 2.5, measure: () => ({}) } }, /every is 2.5/],
    [{ validation: { evry: 5, measure: () => ({}) } }, /did you mean every/],
    [{ init: { dir: 'x' } }, /no option dir/],
    [{ model: { config: 1 } }, /model is \{ config \}; give a language model/],
    [{ data: 'mqar' }, /data is "mqar"/],
    [{ data: { when: new Date(0) } }, /data is \{ when \}; give a JSON object/],
    [{ data: { share: Number.NaN } }, /data is \{ share \}/],
    [{ data: { read: () => 1 } }, /data is \{ read \}/],
    [{ command: 'twill train' }, /command is "twill train"/],
    [{ source: [] }, /source is \[\]/],
    [{ directory: '' }, /directory is ""/],
  ])('refuses %j before anything is written', async (more, message) => {
    expect(await refusal('untouched', more as never)).toMatch(message);
    expect(readdirSync(home.path)).not.toContain('untouched');
  });
});

describe('what a run calls', () => {
  const epipe = () => Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });

  it.each<[string, (step: number) => Partial<RunOptions>]>([
    [
      'onStep',
      (at) => ({
        onStep: ({ step }) => {
          if (step === at) throw epipe();
        },
      }),
    ],
    [
      'an asynchronous onStep',
      (at) => ({
        onStep: async ({ step }) => {
          if (step === at) throw epipe();
        },
      }),
    ],
    [
      'onValidation',
      (at) => ({
        validation: { every: at, measure: () => ({}) },
        onValidation: () => {
          throw epipe();
        },
      }),
    ],
  ])('%s throws: it ends like an interrupt, and the error comes out', async (name, throwsAt) => {
    for (const step of [7, 10, 25]) {
      const directory = `${name} ${step}`;
      await expect(run(directory, throwsAt(step))).rejects.toThrow('write EPIPE');
      expect(recordOf(directory)).toMatchObject({ status: 'interrupted', step });
      (await lockDirectory(at(directory)))[Symbol.dispose]();
      expect(await run(directory, { resume: true })).toMatchObject({ status: 'finished', from: step });
      expect(weights(directory).equals(weights('whole'))).toBe(true);
    }
  });

  it('measure throws: the run goes back to the checkpoint before, so that no measurement is lost', async () => {
    let broken = true;
    const measure = () => {
      if (broken) throw new Error('no text');
      return { loss: 1 };
    };
    await expect(run('measure', { validation: { every: 14, measure } })).rejects.toThrow('no text');
    expect(recordOf('measure')).toMatchObject({ status: 'interrupted', step: 10 });
    broken = false;
    await run('measure', { resume: true, validation: { every: 14, measure } });
    expect(readMetrics(at('measure')).validations.map(({ step }) => step)).toEqual([14, 25]);
    expect(weights('measure').equals(weights('whole'))).toBe(true);
  });
});
