// Errors about the text that was asked for.
import { FileError } from '@twilljs/tensor';

/** @param path the file or pattern. @param fact with the next step. */
export const refused = (path: string, fact: string, cause?: unknown): FileError =>
  new FileError(`data: ${fact}`, { option: 'data', path, cause });

/** Decodes a text in parts. It throws what `notText` knows where it is no UTF-8. */
export const strictUtf8 = (): TextDecoder => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What `strictUtf8` throws, as an error with a next step; any other error as it is. @param name of the file. */
export const notText = (name: string, error: unknown): unknown =>
  (error as { code?: unknown } | null)?.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
    ? refused(name, `${name} is no UTF-8 text, which a tokenizer reads; convert it, or train on its bytes.`, error)
    : error;

/** What the system says when a file cannot be read, as an error with a next step. */
export function unreadable(path: string, error: NodeJS.ErrnoException): FileError {
  if (error.code === 'ENOENT') return refused(path, `${path} does not exist; check the path.`);
  if (error.code === 'ELOOP') return refused(path, `${path} is a link that leads to itself; name the file.`);
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return refused(path, `${path} cannot be read, permission denied; change its permissions.`);
  }
  return refused(path, `${path} cannot be read, ${error.message}; check the file.`);
}
