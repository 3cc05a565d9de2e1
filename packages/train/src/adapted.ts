// A run of an adapter: what it adds to the model, what it leaves.
import { type Adapter, addAdapter } from '@twilljs/adapters';
import type { LanguageModel } from '@twilljs/hybrid';
import { isOfAdapter, params } from '@twilljs/nn';
import { DeviceLostError } from '@twilljs/tensor';
import { trainOptions } from './options.ts';
import type { RunOptions, RunResult } from './run-options.ts';
import { trainable } from './trainable.ts';

/**
 * Runs with the adapter in the model. It stays there when the run has come to its end or was interrupted, in the result; else the model is
 * as it was.
 *
 * @throws OptionError for an adapter that this model cannot have, and groups that fit nothing in it; what `run` throws.
 */
export async function withAdapter(
  model: LanguageModel,
  { adapter: config, init, seed, training, warn = () => {} }: RunOptions,
  run: (adapter: Adapter | null) => Promise<Omit<RunResult, 'adapter'>>,
): Promise<RunResult> {
  if (!config) return { ...(await run(null)), adapter: null };
  const { base_model_name_or_path = init?.directory ?? null } = config;
  const adapter = await addAdapter(model, { ...config, base_model_name_or_path }, { seed });
  try {
    trainable(model.arena, trainOptions(training).groups);
    const result = await run(adapter);
    if (result.status !== 'complete') return { ...result, adapter };
    await adapter.remove();
    return { ...result, adapter: null };
  } catch (error) {
    if (!(error instanceof DeviceLostError)) {
      await adapter.remove().catch((reason: Error) => warn(`run: the adapter stays in the model: ${reason.message}`));
    }
    throw error;
  }
}

/** What to know of a run that trains more than its adapter; null where it does not. */
export function beyondAdapter(model: LanguageModel, frozen: ReadonlyMap<string, unknown>): string | null {
  const others = [...params(model).keys()].filter((name) => !isOfAdapter(name) && !frozen.has(name));
  if (others.length === 0) return null;
  const more = others.length > 1 ? ` and ${others.length - 1} more` : '';
  return `run: groups train ${others[0]}${more} of the model as well, which are in the checkpoints of the run and not in adapter/.`;
}
