// Goldens at paths: what holds, what is off, and what fits no op, each without the others.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serializeSafetensors, store } from '@twilljs/hub';
import { cpu } from '@twilljs/tensor';
import { afterAll, expect, it } from 'vitest';
import { dataOf, faultOf, isWithin, replayGoldens } from './node.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-parity-'));
afterAll(() => rmSync(home, { recursive: true }));

/** A golden of `linear`: 3 x 5 + 4 x 6 = 39. */
function golden(name: string, y: number[], op = 'linear'): void {
  const tensors = {
    'in.x': store('F32', [1, 2], [3, 4]),
    'in.weight': store('F32', [1, 2], [5, 6]),
    'out.y': store('F64', [1, y.length], y),
  };
  writeFileSync(join(home, name), serializeSafetensors(Object.entries(tensors), { op }));
}

it('measures every golden of a folder, and says which fit no op of this version', async () => {
  golden('a-right.safetensors', [39]);
  golden('b-wrong.safetensors', [38]);
  golden('c-shape.safetensors', [39, 0]);
  golden('d-later.safetensors', [39], 'fromTheFuture');
  const seen: string[] = [];
  const outcome = await replayGoldens([home], {
    ...{ mixers: [], device: cpu(), label: 'here' },
    observe: (path, done, of) => seen.push(`${path.slice(home.length + 1)} ${done}/${of}`),
  });
  expect(seen).toEqual(['a-right.safetensors 0/3', 'b-wrong.safetensors 1/3', 'c-shape.safetensors 2/3']);
  expect(outcome.replayed.map(({ measured }) => measured[0].error)).toEqual([0, 1 / 38]);
  expect(outcome.broken).toEqual([
    {
      path: join(home, 'c-shape.safetensors'),
      reason: 'out.y: [1,2] is expected but the op gives [1,1]; let the inputs agree with it.',
    },
  ]);
  expect(outcome.skipped[0].reason).toBe('op fromTheFuture is not in this version');
  expect(isWithin(outcome)).toBe(false);
  expect(faultOf(outcome)).toMatch(/^1 goldens are broken, the first is /);
  expect(dataOf(outcome)).toMatchObject({ ok: false, device: 'here', dtype: 'f32', goldens: 2, above: 1 });
});
