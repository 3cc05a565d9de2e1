// All commands, in the order of the help.
import type { CommandGroup, Runnable } from '../command.ts';
import { chat } from './chat.ts';
import { compare } from './compare.ts';
import { doctor } from './doctor.ts';
import { evaluate } from './eval.ts';
import { exportJobs } from './export.ts';
import { generateCommand } from './generate.ts';
import { hub } from './hub.ts';
import { importResults } from './import.ts';
import { parity } from './parity.ts';
import { presets } from './presets.ts';
import { probe } from './probe.ts';
import { report } from './report.ts';
import { start } from './start.ts';
import { sweepGrid } from './sweep.ts';
import { tokenizer } from './tokenizer.ts';
import { train } from './train.ts';
import { workQueued } from './worker.ts';

export const commands: readonly (() => Runnable | CommandGroup)[] = [
  start,
  sweepGrid,
  workQueued,
  exportJobs,
  importResults,
  probe,
  report,
  compare,
  train,
  evaluate,
  generateCommand,
  chat,
  hub,
  tokenizer,
  presets,
  parity,
  doctor,
];
