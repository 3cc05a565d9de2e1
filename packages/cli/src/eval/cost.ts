// What a model costs: counted at a length, and timed on this device.
import { countsOf, decodeSpeed } from '@twilljs/eval';
import type { LanguageModel } from '@twilljs/hybrid';
import type { Cost } from '@twilljs/report';
import { rng } from '@twilljs/tensor';

/** Tokens that are read, and then decoded one by one, to time it. */
const [PROMPT, DECODED] = [64, 32];

/** How often, at most, and for how many milliseconds: the first runs are slower, while the engine still compiles. */
const [RUNS, PATIENCE] = [8, 1000];

/** The fastest of several runs. */
async function speedOf(model: LanguageModel): Promise<{ prompt: number; decode: number }> {
  const prompt = rng(0).ints(PROMPT, model.config.model.vocab_size);
  const best = { prompt: 0, decode: 0 };
  const end = performance.now() + PATIENCE;
  for (let run = 0; run < RUNS && (run === 0 || performance.now() < end); run++) {
    const speed = await decodeSpeed(model, prompt, DECODED);
    best.prompt = Math.max(best.prompt, speed.prompt);
    best.decode = Math.max(best.decode, speed.decode);
  }
  return best;
}

export async function costOf(model: LanguageModel, length: number): Promise<Cost> {
  const speed = await speedOf(model);
  return {
    ...countsOf(model, length),
    length,
    promptMsPerToken: 1000 / speed.prompt,
    decodeMsPerToken: 1000 / speed.decode,
  };
}
