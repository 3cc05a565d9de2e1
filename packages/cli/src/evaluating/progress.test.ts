// How far an evaluation is, in a line that is drawn over, and in plain lines.
import { expect, it } from 'vitest';
import { answeringView } from './progress.ts';

it('a terminal has a bar with pace and time left, of what is worked, not of what was known', () => {
  const said: string[] = [];
  let at = 0;
  const screen = { live: true, columns: 120, draw: (text: string) => said.push(text), err: () => {} };
  const view = answeringView(screen, () => at);
  view.begin('birds', 1, 3);
  view.update({ done: 40, of: 100, tokens: 0 });
  at = 5000;
  view.update({ done: 70, of: 100, tokens: 3000 });
  at = 5050;
  view.update({ done: 71, of: 100, tokens: 3100 }); // too soon to be drawn
  at = 10_000;
  view.update({ done: 100, of: 100, tokens: 6000 });
  view.end();
  expect(said).toEqual([
    `\r[2/3] birds  ${'█'.repeat(8)}${'░'.repeat(12)}  40/100 requests\x1b[K`,
    `\r[2/3] birds  ${'█'.repeat(14)}${'░'.repeat(6)}  70/100 requests  600 tokens/s  5 s left\x1b[K`,
    `\r[2/3] birds  ${'█'.repeat(20)}  100/100 requests  600 tokens/s\x1b[K`,
    '\r\x1b[K',
  ]);
});

it('elsewhere plain lines come at every tenth', () => {
  const lines: string[] = [];
  let at = 0;
  const view = answeringView({ live: false, columns: 80, draw: () => {}, err: (text) => lines.push(text) }, () => at);
  view.begin('birds', 0, 1);
  for (let done = 0; done <= 1000; done++) {
    at = 10 * done;
    view.update({ done, of: 1000, tokens: done });
  }
  expect(lines).toHaveLength(11);
  expect(lines[5]).toBe('birds  500/1,000 requests  100 tokens/s  5 s left\n');
  view.begin('songs', 0, 1);
  view.update({ done: 0, of: 0, tokens: 0 });
  expect(lines.at(-1)).toBe('songs  0/0 requests\n');
});
