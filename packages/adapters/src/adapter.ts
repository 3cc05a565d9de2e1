// An adapter in a model: its parameters, and how it becomes part of the weights or goes again.
import type { JsonObject } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { OptionError, release, shown, type Tensor } from '@twilljs/tensor';
import type { Part } from './part.ts';

/** Models that are being laid out anew: what would change them meanwhile is refused before it begins. */
const busy: WeakSet<LanguageModel> = /* @__PURE__ */ new WeakSet();

/** Made by `addAdapter` and `loadAdapter`. */
export class Adapter {
  /** As it stands in `adapter_config.json`. */
  readonly config: JsonObject;
  readonly model: LanguageModel;
  /** Internal: the text of the file that it came from; null of a new one. */
  readonly text: string | null;
  private parts: readonly Part[];

  /** Internal: parts that are not in the model yet. `attach` puts them there. */
  constructor(model: LanguageModel, parts: readonly Part[], config: JsonObject, text: string | null) {
    this.model = model;
    this.config = config;
    this.text = text;
    this.parts = parts;
  }

  /** Its parameters by their paths in the model, `model.layers.0.attn.q_proj.lora_A.weight`; none once it is gone. */
  get parameters(): ReadonlyMap<string, Tensor> {
    return new Map(this.parts.flatMap(({ tensors }) => [...tensors]));
  }

  /** Internal: puts the parts into the model, which is laid out anew. What throws leaves the model as it was. */
  async attach(): Promise<void> {
    await this.change('attach', 'detach');
  }

  /**
   * Adds what it is to the weights of the model, and removes it: the model computes the same, but for rounding, without it.
   *
   * @throws OptionError, before anything is changed, where it cannot be: learned states, and weights that are kept in bf16.
   */
  async merge(): Promise<void> {
    const { parts } = this;
    this.requireHere('merge');
    const reason = parts.find(({ unmergeable }) => unmergeable !== null)?.unmergeable;
    if (reason) throw new OptionError(`adapter.merge: ${reason}.`);
    await this.change('detach', 'attach');
    for (const part of parts) {
      try {
        part.merge();
      } catch (error) {
        // What is not merged yet stays beside the weights, so that the model computes the same.
        for (const left of this.parts) left.attach();
        throw error;
      }
      this.leave(part);
    }
  }

  /** Takes it out of the model, whose weights are bit for bit what they were, and gives its parameters back. */
  async remove(): Promise<void> {
    this.requireHere('remove');
    await this.change('detach', 'attach');
    for (const part of this.parts) this.leave(part);
  }

  /** @throws OptionError once it was merged or removed. */
  requireHere(call: string): void {
    if (this.parts.length > 0) return;
    throw new OptionError(`adapter.${call}: it was merged or removed before and has no parameters; load it again.`);
  }

  private async change(forth: 'attach' | 'detach', back: 'attach' | 'detach'): Promise<void> {
    const { model, parts } = this;
    if (busy.has(model)) {
      throw new OptionError('adapter: another one is being put into this model or taken out of it; await that first.');
    }
    busy.add(model);
    try {
      for (const part of parts) part[forth]();
      await model.to(model.device);
    } catch (error) {
      for (const part of parts) part[back]();
      throw error;
    } finally {
      busy.delete(model);
    }
  }

  private leave(part: Part): void {
    release([...part.tensors.values()]);
    this.parts = this.parts.filter((other) => other !== part);
  }
}

/** @throws OptionError for what is none. */
export function requireAdapter(where: string, value: unknown): asserts value is Adapter {
  if (value instanceof Adapter) return;
  throw new OptionError(`${where}: ${shown(value)} is no adapter; give what addAdapter or loadAdapter resolves to.`);
}
