// Loading says how far it is once it has taken a second.
import { expect, it } from 'vitest';
import { loadingBar } from './loading-bar.ts';

function show(seconds: number[]): string {
  let [text, at] = ['', 0];
  const write = (part: string) => {
    text += part;
  };
  const bar = loadingBar({ live: false, columns: 80, draw: write, err: write }, () => at);
  for (const [i, second] of seconds.entries()) {
    at = 1000 * second;
    bar.update({ step: 'weights', done: (8e8 * (i + 1)) / seconds.length, total: 8e8 });
  }
  bar.end();
  return text;
}

it('is silent where it takes no longer', () => {
  expect(show([0.1, 0.4, 0.9, 1])).toBe('');
  expect(show([0.1, 0.4, 0.9, 3])).toBe('');
});

it('shows parts and pace from then on', () => {
  expect(show([0.5, 1, 2, 3, 4]).split('\n')).toEqual([
    'loading  480.0 MB of 800.0 MB',
    'loading  640.0 MB of 800.0 MB  160.0 MB/s, 1 s left',
    'loading  800.0 MB of 800.0 MB',
    '',
  ]);
});
