// A call that must be refused: exit code 2, a message without a stack trace, and nothing on disk that was not there.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { expect } from 'vitest';
import { capture } from '../capture.ts';

/** Every file with its bytes. */
function snapshot(): Record<string, string> {
  const all = readdirSync('.', { recursive: true })
    .map(String)
    .filter((path) => statSync(path).isFile());
  return Object.fromEntries(all.map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]));
}

/** What a call must leave: what was there, and of its own at most the answers of an evaluation that began. */
export async function refused(line: string, message: RegExp): Promise<void> {
  const before = snapshot();
  const { code, err } = await capture(line.split(' '));
  expect(err).toMatch(message);
  expect(err).not.toMatch(/^\s+at |twill has a fault/m);
  expect(code, err).toBe(2);
  const after = snapshot();
  expect(Object.fromEntries(Object.keys(before).map((path) => [path, after[path]]))).toEqual(before);
  const added = Object.keys(after).filter((path) => !(path in before));
  expect(added.filter((path) => !/\banswers\b/.test(path))).toEqual([]);
}
