// What a recorded step runs, as people read it.
import { describe, expect, it } from 'vitest';
import { stepText } from './step.ts';

const launch = (units: number) => ({ kernel: 'nn/some', units });

describe('a step', () => {
  it('has a row for ops of one name that were asked for by the same, the most bytes first, and one for all', () => {
    const ops = [
      { op: 'exp', by: [], launches: [launch(1)], bytes: 100, scratch: 0 },
      { op: 'matmul', by: [], launches: [launch(1000)], bytes: 4000, scratch: 0 },
      { op: 'matmul', by: ["block'", "matmul'"], launches: [launch(7), launch(2)], bytes: 2e6, scratch: 512 },
      { op: 'matmul', by: ["block'", "matmul'"], launches: [launch(7), launch(2)], bytes: 1e6, scratch: 20480 },
      { op: 'matmul', by: [], launches: [launch(500)], bytes: 4000, scratch: 0 },
    ];
    expect(stepText('a step', { ops, launches: 7, workspaceBytes: 12345 })).toBe(
      [
        'a step: 7 launches, a workspace of 12.3 kB',
        '',
        'op                           ops  launches  units    bytes  scratch',
        '───────────────────────────────────────────────────────────────────',
        "matmul of matmul' of block'    2         4     18   3.0 MB  20.5 kB",
        'matmul                         2         2  1,500  8,000 B',
        'exp                            1         1      1    100 B',
        'all                            5         7  1,519   3.0 MB  20.5 kB',
        '',
      ].join('\n'),
    );
  });
});
