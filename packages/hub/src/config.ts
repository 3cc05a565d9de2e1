// config.json: text to a checked configuration, and back to the text that FLA and Hugging Face Transformers write.
import { type MixerFamily, type ModelConfig, readModelConfig } from '@twilljs/nn';
import { parseJsonObject } from './json.ts';

/**
 * The configuration in the text of a `config.json`.
 *
 * @param families What `model_type` may name.
 * @param where Name of the file, for messages.
 * @throws FileError when the text is not JSON, with line and column.
 * @throws OptionError naming the field, its value and what it may hold.
 */
export function parseConfig(text: string, families: readonly MixerFamily[], where = 'config.json'): ModelConfig {
  return readModelConfig(parseJsonObject(text, where), families, where);
}

/** The text of a `config.json` as Hugging Face writes it: keys in order, two spaces, a last newline. */
export function serializeConfig(config: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(inOrder(config), null, 2)}\n`;
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, inOrder(part)]),
  );
}
