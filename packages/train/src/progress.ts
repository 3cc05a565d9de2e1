// Progress of a run on a terminal: one line that is drawn over, or plain lines where output is not a terminal.
import { knownOnly, whole } from '@twilljs/tensor';
import type { StepRecord } from './step-record.ts';

/** The part of a writable stream that is used. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A line on a terminal that follows a run. */
export interface ProgressBar {
  /** Shows a step; cheap enough for every one. */
  update(record: StepRecord): void;
  /** A line of its own, above the bar. */
  note(text: string): void;
  /** Ends the line. */
  end(): void;
}

/** Of how many steps, and how losses are said. */
export interface ProgressOptions {
  /** Steps of the whole run. */
  steps: number;
  /** What stands first in the line. */
  label?: string;
  /** A loss, which is in nats per label, in words. Default: `2.5000 nats`. */
  loss?: (nats: number) => string;
  /** Milliseconds, from any origin. */
  now?: () => number;
}

const REDRAW_MS = 100;
/** Plain lines come at every twentieth of the run and after so long a silence. */
const PLAIN_PARTS = 20;
const SILENCE_MS = 30_000;

/**
 * Bar, step, time left, tokens/s, loss, learning rate, and how many steps have been skipped since it began.
 *
 * @throws OptionError naming the option that is unknown or cannot be.
 * @example
 * const bar = progressBar(process.stderr, { steps: 300 });
 */
export function progressBar(stream: ProgressStream, options: ProgressOptions): ProgressBar {
  knownOnly('progressBar', options, ['steps', 'label', 'loss', 'now']);
  const {
    steps,
    label = '',
    loss: lossText = (nats: number) => `${nats.toFixed(4)} nats`,
    now = () => performance.now(),
  } = options;
  whole('progressBar: steps', steps, 1);
  const lead = label && `${label}  `;
  const every = Math.max(1, Math.ceil(steps / PLAIN_PARTS));
  let first: { step: number; at: number } | null = null;
  let shownAt = Number.NEGATIVE_INFINITY;
  let drawn = false;
  let skipped = 0;

  function left({ step }: StepRecord, at: number): string {
    if (!first || step === first.step) return '--:--';
    return clock(((steps - step) * (at - first.at)) / (step - first.step) / 1000);
  }

  function facts(record: StepRecord, at: number): string {
    const { step, tokensPerSecond, loss, lr } = record;
    return (
      `${String(step).padStart(String(steps).length)}/${steps}  ${left(record, at)} left  ` +
      `${Math.round(tokensPerSecond)} tokens/s  loss ${lossText(loss)}  lr ${lr.toExponential(2)}${skipped ? `  ${skipped} skipped` : ''}`
    );
  }

  return {
    update(record) {
      const at = now();
      if (record.skipped) skipped++;
      first ??= { step: record.step, at };
      const last = record.step === steps;
      if (stream.isTTY) {
        if (at - shownAt < REDRAW_MS && !last) return;
        const text = facts(record, at);
        const room = (stream.columns ?? 80) - lead.length - text.length - 4;
        const bar = room < 5 ? '' : `${barOf(record.step / steps, Math.min(room, 30))} `;
        stream.write(`\r${lead}${bar}${text}\x1b[K`);
        drawn = true;
      } else if (record.step === 1 || last || record.step % every === 0 || at - shownAt >= SILENCE_MS) {
        stream.write(`${lead}${facts(record, at)}\n`);
      } else return;
      shownAt = at;
    },
    note(text) {
      stream.write(drawn ? `\r\x1b[K${text}\n` : `${text}\n`);
    },
    end() {
      if (drawn) stream.write('\n');
      drawn = false;
    },
  };
}

function barOf(part: number, width: number): string {
  const full = Math.round(part * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
}

/** Seconds as m:ss or h:mm:ss. */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
