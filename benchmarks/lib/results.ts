// Results in one form: a side of a benchmark and what it reached, how much faster ours is, the share of the machine's peak.
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Result {
  readonly benchmark: string;
  readonly case: string;
  /** Who: `twill`, a peer, another revision, a floor. */
  readonly side: string;
  /** Median seconds of one piece of work. */
  readonly seconds?: number;
  /** In a piece of work. */
  readonly tokens?: number;
  readonly flops?: number;
  /** Of floating-point operations: of all threads at the measured micro-kernel peak. */
  readonly share?: number;
  /** The speed of `twill` over that of this side. */
  readonly ratio?: number;
  /** Most memory that the process held, in MB. */
  readonly rss?: number;
  /** What else was found out. */
  readonly note?: string;
}

/** Where all of this ran. */
export interface Machine {
  readonly node: string;
  readonly tier: string;
  readonly threads: number;
  readonly cpu: string;
  /** Floating-point operations per second of one thread at most. */
  readonly peak: number;
}

/** Three significant digits of what was measured: more would be noise. */
const short = (x: number): number => Number(x.toPrecision(3));
const json = (value: object): string =>
  JSON.stringify(value, (_, x) => (typeof x === 'number' && !Number.isInteger(x) ? short(x) : x));

/** Writes results as lines for people, or as JSON lines; always as JSON lines to the end of a file. */
export class Report {
  private readonly file: string;
  private readonly asJson: boolean;
  private head = '';
  constructor(file: string, asJson: boolean) {
    this.file = file;
    this.asJson = asJson;
  }

  machine(machine: Machine): void {
    this.write({ machine: { date: new Date().toISOString(), ...machine } });
    const { node, tier, threads, cpu, peak } = machine;
    if (!this.asJson) say(`Node ${node}, ${tier}, ${threads} x ${short(peak / 1e9)} GFLOP/s at most, ${cpu}`);
  }

  add(result: Result): void {
    this.write(result);
    if (this.asJson) return;
    const head = `${result.benchmark}: ${result.case}`;
    if (head !== this.head) say(head);
    this.head = head;
    const told = [result.side.padEnd(34), ...figures(result)];
    say(`  ${told.join('  ').trimEnd()}`);
  }

  private write(line: object): void {
    mkdirSync(dirname(this.file), { recursive: true });
    appendFileSync(this.file, `${json(line)}\n`);
    if (this.asJson) say(json(line));
  }
}

function figures({ seconds, tokens, flops, share, ratio, rss, note }: Result): string[] {
  const known = (value: number | undefined, text: (x: number) => string, width: number) =>
    (value === undefined ? '' : text(value)).padStart(width);
  return [
    known(seconds, (s) => (s < 1e-3 ? `${short(s * 1e6)} us` : `${short(s * 1e3)} ms`), 9),
    known(seconds && tokens && tokens / seconds, (x) => `${short(x)} tokens/s`, 16),
    known(seconds && flops && flops / seconds, (x) => `${short(x / 1e9)} GFLOP/s`, 14),
    known(share, (x) => `${Math.round(100 * x)} % of peak`, 12),
    known(rss, (x) => `${Math.round(x)} MB`, 7),
    known(ratio, (x) => `twill is ${x.toFixed(2)} x`, 15),
    note ?? '',
  ];
}

const say = (line: string) => process.stdout.write(`${line}\n`);
