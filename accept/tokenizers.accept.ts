// Tokenizers put together at random, beside Python's tokenizers 0.23.3: the same ids and the same text. TWILL_PYTHON is a Python that has them.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { tokenizerFromJson } from '@twilljs/tokenizers';
import { expect, it } from 'vitest';

const python = process.env.TWILL_PYTHON;
const program = fileURLToPath(new URL('./tokenizers/mixed.py', import.meta.url));
const files = 2000;

async function* rowsOf(seed: number) {
  const child = spawn(python as string, [program, String(seed), String(files)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line);
}

it.skipIf(!python).each([1, 2])('seed %i (needs TWILL_PYTHON)', async (seed) => {
  let models: Record<string, object> | null = null;
  const wrong: unknown[] = [];
  let [read, cases] = [0, 0];
  for await (const row of rowsOf(seed)) {
    if (!models) {
      models = row.models as Record<string, object>;
      continue;
    }
    read++;
    const tokenizer = tokenizerFromJson(JSON.stringify({ ...row.file, model: { ...models[row.model], ...row.flags } }));
    for (const [text, addSpecialTokens, ids, decoded, all] of row.cases) {
      cases++;
      const ours = [...tokenizer.encode(text, { addSpecialTokens })];
      const said = [tokenizer.decode(ids, { skipSpecialTokens: true }), tokenizer.decode(ids)];
      if (`${ours}` === `${ids}` && said[0] === decoded && said[1] === all) continue;
      wrong.push({ model: row.model, flags: row.flags, file: row.file, text, ours, ids, said, decoded, all });
    }
  }
  process.stdout.write(`seed ${seed}: ${read} tokenizers, ${cases} texts, ${wrong.length} of them otherwise\n`);
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(read).toBe(files);
});
