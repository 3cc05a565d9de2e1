// What to continue: given by flags, in a file, or on standard input.
import { statSync } from 'node:fs';
import { readStandardInput, STANDARD_INPUT } from '@twilljs/data/node';
import { grouped } from '@twilljs/eval';
import { attempt, readFile } from '@twilljs/hub/node';
import { OptionError } from '@twilljs/tensor';

export interface PromptFlags {
  readonly prompt: readonly string[] | undefined;
  readonly promptFile: string | undefined;
}

/** Bytes of a prompt at most: it is kept as it is, though the model reads it in parts. */
const MOST = 2 ** 26;

/** What to continue, as bytes of UTF-8. @throws OptionError when nothing says it, two flags do, one is empty, or too long to keep. */
export async function promptsOf({ prompt, promptFile }: PromptFlags, signal: AbortSignal): Promise<Uint8Array[]> {
  if ((prompt === undefined) === (promptFile === undefined)) {
    throw new OptionError(
      prompt === undefined
        ? 'neither --prompt nor --prompt-file says what to continue; give one of them.'
        : '--prompt and --prompt-file both say what to continue; give one of them.',
    );
  }
  const several = prompt !== undefined && prompt.length > 1;
  if (several && prompt.includes(STANDARD_INPUT)) {
    throw new OptionError('--prompt - reads standard input, which is one prompt; give it alone.');
  }
  const all =
    promptFile !== undefined
      ? [fileBytes(promptFile)]
      : prompt![0] === STANDARD_INPUT
        ? [await readStandardInput('--prompt', MOST, signal)]
        : prompt!.map((text) => new TextEncoder().encode(text));
  if (all.every((bytes) => bytes.length > 0)) return all;
  const flag = promptFile === undefined ? '--prompt' : `--prompt-file ${promptFile}`;
  throw new OptionError(`${flag} is empty but a model continues at least one byte; give some text.`);
}

/** Looks at the size before it reads. */
function fileBytes(path: string): Uint8Array {
  const { size } = attempt(path, () => statSync(path));
  if (size <= MOST) return readFile(path);
  throw new OptionError(
    `--prompt-file ${path} has ${grouped(size)} bytes, above the limit of ${grouped(MOST)}; give its end.`,
  );
}

/** The last bytes of a long prompt, from a whole character on. */
export function endOf(prompt: Uint8Array, bytes: number): Uint8Array {
  let from = Math.max(0, prompt.length - bytes);
  while (from > 0 && from < prompt.length && (prompt[from] & 0xc0) === 0x80) from++;
  return prompt.subarray(from);
}
