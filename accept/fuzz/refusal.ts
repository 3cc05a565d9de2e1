// What a thread asks of a reader beside what it gives: little memory, and words that help.
import type { Reader } from './reader.ts';

/** A reader, and the call of it whose memory is counted: `read` does more, to compare. */
export interface FileReader extends Reader {
  take(bytes: Uint8Array, index: number): Promise<unknown>;
  /** Bytes that it may take beyond twice the file. */
  readonly allowed: number;
}

/** What is wrong with the words of a refusal: they name the file, and say what to do. */
export function faultOfRefusal(message: string): string | null {
  if (!/config\.json|tokenizer\.json|model[\w.-]*\.safetensors|^the chosen files: /.test(message))
    return `names no file: ${message}`;
  if (!/[;,] [^;]+\.$/.test(message)) return `says not what to do: ${message}`;
  return message.length > 2000 ? `is ${message.length} letters long: ${message.slice(0, 200)}` : null;
}
