// How far a sweep is, as text.
import { planSweep, readSweepSpec } from '@twilljs/sweep';
import type { CellState } from '@twilljs/sweep/node';
import { known } from 'twilljs';
import { expect, it } from 'vitest';
import { endText, progressText, sweepScreen, workOf } from './sweep.ts';

const recall = {
  task: 'recall',
  mixers: ['hgrn2', 'attention'],
  ratios: ['pure', '2'],
  seeds: [1, 2],
  training: { steps: 8 },
};
const text = { task: 'text', mixers: ['hgrn2'], seeds: [1], training: { steps: 4 }, over: { lr: [0.001, 0.01] } };
const cells = planSweep(readSweepSpec({ grids: [recall, text] }, known), known);

/** Cells that are all alike but for how far they are: done, one failed, one in its middle, the rest waiting. */
const states = cells.map((cell, i): CellState => {
  const phase = i === 0 ? 'done' : i === 1 ? 'failed' : i === 2 ? 'running' : 'waiting';
  const step = phase === 'running' ? cell.training.steps / 2 : 0;
  const losses = [Math.LN2, Math.LN2 / 2];
  const metrics = {
    steps: [1, 2],
    losses,
    speeds: [],
    tokens: 0,
    step,
    skipped: [],
    validation: null,
    validations: [],
    notes: [],
  };
  return {
    cell: { ...cell, trainingFlops: 10 },
    phase,
    metrics,
    seconds: 2,
    from: 0,
    failed: phase === 'failed' ? 'no memory' : null,
  };
});

it('a screen has a row for each mixer of a grid, a sign for each cell, and a line for each that is running', () => {
  expect(sweepScreen(states, { before: 0, seconds: 10 }, 100)).toEqual(
    [
      'recall     hgrn2            ✓✗ ▅·',
      'recall     attention        ··',
      'text       hgrn2            · ·',
      '',
      'recall-hgrn2-r2-s1             ██████████░░░░░░░░░░ 4/8  loss 0.347 nats per answer  █▁                 2 s',
      '1 of 8 cells, 1 failed, 31 % of the work, 22 s left',
    ].map((line) => [...line].slice(0, 100).join('')),
  );
});

it('a line says what became of a cell, in the unit of its task', () => {
  expect(states.slice(0, 2).map(endText)).toEqual([
    'recall-hgrn2-pure-s1  done  loss 0.347 nats per answer',
    'recall-hgrn2-pure-s2  failed: no memory',
  ]);
  const last = states[states.length - 1];
  expect(endText({ ...last, phase: 'done' })).toBe('text-hgrn2-pure-lr0.01-s1  done  loss 0.500 bits per byte');
});

it('what is left follows from what this call has done', () => {
  expect(workOf(states)).toBe(25);
  expect(progressText(states, { before: 20, seconds: 10 })).toBe('1 of 8 cells, 1 failed, 31 % of the work, 1:50 left');
});
