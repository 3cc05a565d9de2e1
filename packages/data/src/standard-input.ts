// Text that is piped in.
import { FileError, OptionError } from '@twilljs/tensor';

/** What a flag says for standard input. */
export const STANDARD_INPUT = '-';

/**
 * All of standard input.
 *
 * @param flag that asked for it, for messages.
 * @param most bytes: a pipe has no size that could be looked at first.
 * @throws OptionError when there are more; FileError when it cannot be read; an AbortError once `signal` has ended it.
 */
export async function readStandardInput(flag: string, most: number, signal: AbortSignal): Promise<Uint8Array> {
  const { stdin } = process;
  const stop = () => stdin.destroy(new DOMException(`${flag} -: stopped while standard input was read.`, 'AbortError'));
  signal.addEventListener('abort', stop);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    if (signal.aborted) stop();
    for await (const part of stdin) {
      parts.push(part);
      bytes += part.length;
      if (bytes > most) {
        throw new OptionError(
          `${flag} -: standard input has more than ${most.toLocaleString('en-US')} bytes; put the text into a file and name that.`,
        );
      }
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string' || code.startsWith('ERR_')) throw error;
    throw new FileError(
      `${flag} -: standard input cannot be read, ${message}; put the text into a file and name that.`,
    );
  } finally {
    signal.removeEventListener('abort', stop);
  }
  return Buffer.concat(parts);
}
