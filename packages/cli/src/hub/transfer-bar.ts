// Progress of a download on a terminal: one line that is drawn over, or plain lines where output is not a terminal.
import { bytesText } from '@twilljs/eval';
import type { DownloadProgress } from '@twilljs/hub/node';
import { duration } from '@twilljs/report';
import { printable, type Terminal } from '../terminal.ts';

const REDRAW_MS = 100;
/** Plain lines come at every tenth and after so long a silence. */
const PLAIN_PARTS = 10;
const SILENCE_MS = 30_000;
/** Columns of the bar itself. */
const WIDTH = 20;

/** Bytes, of so many where that is known; where something is fetched, how many of them just now, and of how many files. */
type Progress = Pick<DownloadProgress, 'done'> & { readonly total: number | null } & Partial<
    Pick<DownloadProgress, 'received' | 'files' | 'filesDone' | 'pause'>
  >;

export interface TransferBar {
  update(progress: Progress): void;
  /** Ends the line. */
  end(): void;
}

/** @param label what is fetched. @param now milliseconds, from any origin. */
export function transferBar(
  { live, columns, draw, err }: Pick<Terminal, 'live' | 'columns' | 'draw' | 'err'>,
  label: string,
  now: () => number = () => performance.now(),
): TransferBar {
  let first: { at: number; moved: number } | null = null;
  let shownAt = Number.NEGATIVE_INFINITY;
  let part = -1;
  return {
    update(progress) {
      const { done, total } = progress;
      const at = now();
      first ??= { at, moved: movedBy(progress) };
      const of = total ?? Number.POSITIVE_INFINITY;
      const isLast = done === of && progress.filesDone === progress.files;
      const reached = Math.floor((PLAIN_PARTS * done) / Math.max(1, of));
      if (progress.pause) {
        if (live) draw(`\r\x1b[K${printable(progress.pause)}\n`);
        else err(`${progress.pause}\n`);
        return;
      }
      const isDue = live ? at - shownAt >= REDRAW_MS : reached > part || at - shownAt >= SILENCE_MS;
      if (!isDue && !isLast) return;
      const text = factsOf(progress, first, at);
      const name = printable(label);
      const fits = total !== null && name.length + text.length + WIDTH + 6 <= columns;
      const bar = fits ? `${barOf(done / Math.max(1, total))}  ` : '';
      if (live) draw(`\r${name}  ${bar}${text}\x1b[K`);
      else if (!(isLast && part === PLAIN_PARTS)) err(`${label}  ${text}\n`);
      shownAt = at;
      part = reached;
    },
    end() {
      if (live && first) draw('\n');
    },
  };
}

/** What counts for the pace. */
const movedBy = ({ done, received = done }: Progress): number => received;

function factsOf(progress: Progress, first: { at: number; moved: number }, at: number): string {
  const { done, total, files, filesDone } = progress;
  const seconds = (at - first.at) / 1000;
  const perSecond = seconds > 0 ? (movedBy(progress) - first.moved) / seconds : 0;
  if (total === null) return `${bytesText(done)}${perSecond > 0 ? `  ${bytesText(perSecond)}/s` : ''}`;
  const pace = perSecond > 0 ? `  ${bytesText(perSecond)}/s, ${duration((total - done) / perSecond)} left` : '';
  const count = files === undefined ? '' : `, ${filesDone} of ${files} files`;
  return `${bytesText(done)} of ${bytesText(total)}${count}${done < total ? pace : ''}`;
}

function barOf(part: number): string {
  const full = Math.round(Math.min(1, part) * WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}`;
}
