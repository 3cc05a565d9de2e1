// How far an evaluation is: a line that is drawn over, or plain lines where output is not a terminal.
import { type AnswerProgress, grouped } from '@twilljs/eval';
import { duration } from '@twilljs/report';
import type { Terminal } from '../terminal.ts';

/** Cells of the bar. */
const BAR = 20;
const REDRAW_MS = 100;
/** Plain lines come at every tenth of a task, and after so long a silence. */
const PLAIN_PARTS = 10;
const SILENCE_MS = 30_000;

export interface AnsweringView {
  /** A task begins. @param unit of what is done: requests are answered, or documents are made. */
  begin(name: string, index: number, of: number, unit?: string): void;
  update(progress: Pick<AnswerProgress, 'done' | 'of' | 'tokens'>): void;
  /** Clears the line. */
  end(): void;
}

/** @param now milliseconds, from any origin. */
export function answeringView(
  { live, columns, draw, err }: Pick<Terminal, 'live' | 'columns' | 'draw' | 'err'>,
  now: () => number = () => performance.now(),
): AnsweringView {
  let lead = '';
  let unit = '';
  /** Of the task: answers that were known are no work. */
  let first: { readonly at: number; readonly done: number } | null = null;
  let said = { at: Number.NEGATIVE_INFINITY, part: -1 };

  function facts({ done, of, tokens }: Parameters<AnsweringView['update']>[0], at: number): string {
    const seconds = (at - (first?.at ?? at)) / 1000;
    const worked = done - (first?.done ?? done);
    const pace = tokens > 0 && seconds > 0 ? `  ${grouped(tokens / seconds)} tokens/s` : '';
    const left = worked > 0 && done < of ? `  ${duration((seconds * (of - done)) / worked)} left` : '';
    return `${grouped(done)}/${grouped(of)} ${unit}${pace}${left}`;
  }

  function bar({ done, of }: Pick<AnswerProgress, 'done' | 'of'>): string {
    const full = of === 0 ? BAR : Math.round((BAR * done) / of);
    return `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`;
  }

  return {
    begin(name, index, of, what = 'requests') {
      lead = `${of > 1 ? `[${index + 1}/${of}] ` : ''}${name}`;
      unit = what;
      first = null;
      said = { at: Number.NEGATIVE_INFINITY, part: -1 };
    },
    update(progress) {
      const at = now();
      first ??= { at, done: progress.done };
      const isLast = progress.done === progress.of;
      if (live) {
        if (at - said.at < REDRAW_MS && !isLast) return;
        said = { at, part: 0 };
        const text = `${lead}  ${bar(progress)}  ${facts(progress, at)}`;
        draw(`\r${[...text].slice(0, columns - 1).join('')}\x1b[K`);
        return;
      }
      const part = progress.of === 0 ? PLAIN_PARTS : Math.floor((PLAIN_PARTS * progress.done) / progress.of);
      if (part === said.part && at - said.at < SILENCE_MS) return;
      said = { at, part };
      err(`${lead}  ${facts(progress, at)}\n`);
    },
    end() {
      if (live) draw('\r\x1b[K');
    },
  };
}
