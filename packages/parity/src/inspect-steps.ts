// What recorded steps of a model run: one of training, one of decoding.
import type { LanguageModel } from '@twilljs/hybrid';
import { type KernelTime, rng, type StepReport, scope } from '@twilljs/tensor';
import { Trainer } from '@twilljs/train';

/** Calls until a step replays. */
const CALLS = 3;

export interface InspectedSteps {
  /** Forward to update. */
  readonly training: StepReport;
  /** One token of one sequence. */
  readonly decoding: StepReport;
  /** Of a training step, on a device with a clock of its own. */
  readonly times?: readonly KernelTime[];
}

/**
 * Trains the model, which lies on its device, for a few steps of random bytes and decodes a few tokens.
 *
 * @param batch rows, and bytes of a row.
 * @throws OptionError for a device that records nothing.
 */
export async function inspectSteps(model: LanguageModel, [B, T]: readonly [number, number]): Promise<InspectedSteps> {
  const random = rng(0).fork('inspect');
  const batch = { inputs: random.ints(B * T, 256), labels: random.ints(B * T, 256), B, T };
  using trainer = new Trainer(model, { steps: CALLS + 1, lr: 1e-3 });
  for (let call = 0; call < CALLS; call++) await trainer.train(batch);
  const times = await model.device.profile?.(() => trainer.train(batch));
  using cache = model.cache(1);
  for (let call = 0; call < CALLS; call++) scope(() => void model.next([[call]], cache));
  return { training: trainer.inspect(), decoding: model.inspect(), ...(times && { times }) };
}
