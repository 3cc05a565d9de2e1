// How far the loading of a model is, where that takes more than a moment.
import type { LoadProgress } from '@twilljs/hub';
import type { Terminal } from '../terminal.ts';
import { type TransferBar, transferBar } from './transfer-bar.ts';

/** Of what takes no longer nothing is said. */
const MOMENT_MS = 1000;

/** @param now milliseconds, from any origin. */
export function loadingBar(
  terminal: Pick<Terminal, 'live' | 'columns' | 'draw' | 'err'>,
  now: () => number = () => performance.now(),
): { update(progress: LoadProgress): void; end(): void } {
  const began = now();
  let bar: TransferBar | null = null;
  return {
    update({ done, total }) {
      if (bar === null && now() - began > MOMENT_MS && done < total) bar = transferBar(terminal, 'loading', now);
      bar?.update({ done, total });
    },
    end: () => bar?.end(),
  };
}
