// All benchmarks. A new one is a file of contests/ and its place in this list.
import { decode } from './contests/decode.ts';
import { evaluate } from './contests/evaluate.ts';
import { lengths, widths } from './contests/growth.ts';
import { host } from './contests/host.ts';
import { op } from './contests/op.ts';
import { prefill } from './contests/prefill.ts';
import { profile } from './contests/profile.ts';
import { start } from './contests/start.ts';
import { study } from './contests/study.ts';
import { threads } from './contests/threads.ts';
import { tokenize } from './contests/tokenize.ts';
import { forward, train } from './contests/train.ts';
import type { Benchmark } from './lib/benchmark.ts';

export const benchmarks: readonly Benchmark[] = [
  train,
  forward,
  lengths,
  widths,
  prefill,
  decode,
  evaluate,
  threads,
  start,
  study,
  tokenize,
  op,
  host,
  profile,
];
