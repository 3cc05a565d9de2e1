// config.json: text to a checked configuration, and back to the text that FLA and Hugging Face Transformers write.
import { type MixerFamily, type ModelConfig, readModelConfig } from '@twilljs/nn';
import { parsePythonObject } from './json.ts';

/**
 * The configuration in the text of a `config.json`.
 *
 * @param families What `model_type` may name.
 * @param where Name of the file, for messages.
 * @throws FileError when the text is not JSON, with line and column.
 * @throws OptionError naming the field, its value and what it may hold.
 */
export function parseConfig(text: string, families: readonly MixerFamily[], where = 'config.json'): ModelConfig {
  return readModelConfig(parsePythonObject(text, where), families, where);
}

/**
 * The text of a `config.json` as Hugging Face writes it: keys in order, two spaces, a last newline, and numbers that are not
 * finite as Python's json has them.
 */
export function serializeConfig(config: Readonly<Record<string, unknown>>): string {
  return `${written(config, '\n')}\n`;
}

/** @param line the break before a closing bracket: a newline and the indentation there. */
function written(value: unknown, line: string): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${line}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const parts = Array.isArray(value)
    ? value.map((part) => written(part ?? null, inner))
    : Object.entries(value)
        .filter(([, part]) => part !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, part]) => `${JSON.stringify(key)}: ${written(part, inner)}`);
  return parts.length === 0 ? open + close : `${open}${inner}${parts.join(`,${inner}`)}${line}${close}`;
}
