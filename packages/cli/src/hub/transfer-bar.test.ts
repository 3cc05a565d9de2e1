// What the progress of a download looks like on a terminal and in a file.
import { expect, it } from 'vitest';
import { transferBar } from './transfer-bar.ts';

type Shown = [seconds: number, done: number, filesDone: number, received?: number];

function show(live: boolean, columns: number, shown: Shown[], total = 8e8) {
  let text = '';
  let at = 0;
  const write = (part: string) => {
    text += part;
  };
  const bar = transferBar({ live, columns, draw: write, err: write }, 'org/net', () => at);
  for (const [seconds, done, filesDone, received = done] of shown) {
    at = 1000 * seconds;
    bar.update({ total, done, received, files: 4, filesDone });
  }
  bar.end();
  return text;
}

const steps: Shown[] = [
  [0, 0, 0],
  [1, 8e6, 2],
  [1.05, 9e6, 2], // too soon to be drawn
  [50, 4e8, 3],
  [100, 8e8, 3],
  [100, 8e8, 4],
];

it('draws over one line on a terminal', () => {
  expect(show(true, 110, steps).replaceAll('\u001b[K', '').split('\r')).toMatchInlineSnapshot(`
    [
      "",
      "org/net  ░░░░░░░░░░░░░░░░░░░░  0 B of 800.0 MB, 0 of 4 files",
      "org/net  ░░░░░░░░░░░░░░░░░░░░  8.0 MB of 800.0 MB, 2 of 4 files  8.0 MB/s, 1:39 left",
      "org/net  ██████████░░░░░░░░░░  400.0 MB of 800.0 MB, 3 of 4 files  8.0 MB/s, 50 s left",
      "org/net  ████████████████████  800.0 MB of 800.0 MB, 3 of 4 files",
      "org/net  ████████████████████  800.0 MB of 800.0 MB, 4 of 4 files
    ",
    ]
  `);
  expect(show(true, 60, steps)).not.toMatch(/[█░]/);
});

it('writes plain lines elsewhere: the first, each tenth, the last, and after half a minute', () => {
  const many = Array.from({ length: 101 }, (_, i): Shown => [i, 8e6 * i, i === 100 ? 4 : 0]);
  const lines = show(false, 100, many).split('\n');
  expect(lines).toHaveLength(1 + 10 + 1);
  expect(lines[5]).toBe('org/net  400.0 MB of 800.0 MB, 0 of 4 files  8.0 MB/s, 50 s left');
  for (const drawn of ['\r', '\u001b']) expect(lines.join()).not.toContain(drawn);
  expect(
    show(false, 100, [
      [0, 0, 0],
      [1, 1, 0],
      [31, 2, 0],
      [32, 3, 0],
    ]).split('\n'),
  ).toHaveLength(3);
});

it('reckons the time that is left by what comes over the network, not by what was there before', () => {
  const resumed: Shown[] = [
    [0, 0, 0, 0],
    [10, 4.8e8, 0, 8e7],
  ];
  expect(show(false, 100, resumed)).toContain('480.0 MB of 800.0 MB, 0 of 4 files  8.0 MB/s, 40 s left');
});

it('draws a full bar where more came than was announced: a file that grew', () => {
  expect(show(true, 110, [[1, 9e8, 0]])).toContain(`${'█'.repeat(20)}  900.0 MB of 800.0 MB`);
});

it('shows what came through a pipe, which has no end that is known', () => {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  let at = 0;
  const bar = transferBar({ live: false, columns: 100, draw: write, err: write }, 'reading', () => at);
  for (const done of [1e6, 2e6, 9e7]) {
    bar.update({ done, total: null });
    at += 20_000;
  }
  expect(text).toBe('reading  1.0 MB\nreading  90.0 MB  2.2 MB/s\n');
});

it('says why nothing comes for a while', () => {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const bar = transferBar({ live: false, columns: 100, draw: write, err: write }, 'org/net', () => 0);
  const progress = { done: 8e6, total: 8e8, received: 0, files: 4, filesDone: 0 };
  bar.update({ ...progress, pause: null });
  bar.update({ ...progress, pause: 'store: failed (ECONNRESET); again in 1 s' });
  expect(text.split('\n').slice(1)).toEqual(['store: failed (ECONNRESET); again in 1 s', '']);
});
