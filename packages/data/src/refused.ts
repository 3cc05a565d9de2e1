// Errors about the text that was asked for.
import { FileError } from '@twilljs/tensor';

/** @param path the file or pattern. @param fact with the next step. */
export const refused = (path: string, fact: string, cause?: unknown): FileError =>
  new FileError(`data: ${fact}`, { option: 'data', path, cause });

/** What the system says when a file cannot be read, as an error with a next step. */
export function unreadable(path: string, error: NodeJS.ErrnoException): FileError {
  if (error.code === 'ENOENT') return refused(path, `${path} does not exist; check the path.`);
  if (error.code === 'ELOOP') return refused(path, `${path} is a link that leads to itself; name the file.`);
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return refused(path, `${path} cannot be read, permission denied; change its permissions.`);
  }
  return refused(path, `${path} cannot be read, ${error.message}; check the file.`);
}
