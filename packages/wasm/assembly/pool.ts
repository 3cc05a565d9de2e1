// The list of launches, walked by every worker by itself: no message and no JavaScript between two launches.
//
// A launch that can be shared is published: its fields, then a word with a number, a mark, and a bit for each piece that nobody has
// drawn. Whoever clears a bit has drawn that piece, and until it is reported as done the fields stay what they are. Who reports the last
// one goes on in the list. So there is no barrier at which a worker could be missed: one that sleeps, or has not started yet, holds
// nobody up.
//
// A worker draws from its own part of the units first, the same part of every launch: it finds what it has written before in its own
// cache. Then it helps others.

import { bits, choose, closed, edge, FREE, isOpen, OPEN, piecesOf } from './lib/pieces';

/** Of the control block. In the first line, which moves as one between processors: the word, the launch, what all launches share. */
const KERNEL: usize = 8;
const UNITS: usize = 12;
const ARGS: usize = 16;
/** Where the entry is, and where the list ends. */
const AT: usize = 20;
const END: usize = 24;
const SCRATCH: usize = 28;
/** Bytes from the scratch of one worker to that of the next. */
const STRIDE: usize = 32;
const WORKERS: usize = 36;
/** Pieces that are done, of the launch. */
const DONE: usize = 128;
/** Workers that sleep, and whether the main thread is one. */
const SLEEPERS: usize = 256;
const MAIN_SLEEPS: usize = 260;
/** A line for each worker. */
const LINES: usize = 512;
const LINE: usize = 128;
/** Pieces that it has drawn and not reported. */
const HELD: usize = 0;
/** The entry that it runs alone, else 0. */
const ALONE: usize = 4;
/** Pieces that it has done, of all launches. */
const PIECES: usize = 8;

/** Rounds of looking at the word before a worker sleeps: between lists, and inside of one. */
const IDLE: i32 = 100000;
const BUSY: i32 = 20000;
/** Nanoseconds that the main thread sleeps at most, and rounds where it may not sleep. */
const NAP: i64 = 500_000_000;
const ROUNDS: i32 = 1 << 24;

/** What `walk` and `help` say: the list is done and was never shared; it is done; it is not, and nothing has changed for a while. */
const SERIAL: i32 = 0;
const SHARED: i32 = 1;
const PENDING: i32 = 2;

@inline function lineOf(control: usize, id: i32): usize {
  return control + LINES + <usize>id * LINE;
}

@inline function scratchOf(control: usize, id: i32): usize {
  return load<usize>(control, SCRATCH) + <usize>id * load<usize>(control, STRIDE);
}

/** Draws a piece; -1 where there is none. */
function draw(control: usize, id: i32): i32 {
  let word = atomic.load<i64>(control);
  while ((word & FREE) != 0) {
    // The fields may be those of another launch by now: then the word is another one too, and nothing is drawn.
    const piece = choose(id, word & FREE, load<i32>(control, UNITS), load<i32>(control, WORKERS));
    const found = atomic.cmpxchg<i64>(control, word, word & ~(<i64>1 << piece));
    if (found == word) return piece;
    word = found;
  }
  return -1;
}

function run(control: usize, id: i32, piece: i32): void {
  const units = load<i32>(control, UNITS);
  const workers = load<i32>(control, WORKERS);
  const from = edge(piece, units, workers);
  const to = edge(piece + 1, units, workers);
  if (from < to) {
    call_indirect<void>(load<u32>(control, KERNEL), from, to, load<usize>(control, ARGS), scratchOf(control, id));
  }
}

/** Runs entries alone up to one that can be shared, and publishes that. @returns the piece of it that is the caller's; -1 at the end. */
function advance(control: usize, id: i32, entry: usize): i32 {
  const end = load<usize>(control, END);
  const workers = load<i32>(control, WORKERS);
  const line = lineOf(control, id);
  const scratch = scratchOf(control, id);
  for (let at = entry; at < end; at += 16) {
    const units = load<i32>(at, 4);
    if (units <= 0) continue;
    if (units > 1 && workers > 1) {
      store<usize>(line, 0, ALONE);
      store<i32>(line, 1, HELD);
      store<u32>(control, load<u32>(at), KERNEL);
      store<i32>(control, units, UNITS);
      store<usize>(control, load<usize>(at, 8), ARGS);
      store<usize>(control, at, AT);
      atomic.store<i32>(control + DONE, 0);
      const all = bits(0, piecesOf(units, workers)), piece = choose(id, all, units, workers);
      atomic.store<i64>(control, closed(atomic.load<i64>(control)) | OPEN | (all & ~(<i64>1 << piece)));
      if (atomic.load<i32>(control + SLEEPERS) > 0) atomic.notify(control, -1);
      return piece;
    }
    store<usize>(line, at, ALONE);
    call_indirect<void>(load<u32>(at), 0, units, load<usize>(at, 8), scratch);
  }
  store<usize>(line, 0, ALONE);
  const word = atomic.load<i64>(control);
  if (isOpen(word)) {
    atomic.store<i64>(control, closed(word));
    if (atomic.load<i32>(control + MAIN_SLEEPS) > 0) atomic.notify(control, -1);
  }
  return -1;
}

/** Reports pieces as done. @returns where they were the last ones, the caller's piece of another launch, else -1. */
function report(control: usize, id: i32, held: i32): i32 {
  // Read before: afterwards the launch may be another one.
  const pieces = piecesOf(load<i32>(control, UNITS), load<i32>(control, WORKERS));
  const at = load<usize>(control, AT);
  const line = lineOf(control, id);
  store<i32>(line, load<i32>(line, PIECES) + held, PIECES);
  store<i32>(line, 0, HELD);
  if (atomic.add<i32>(control + DONE, held) + held != pieces) return -1;
  return advance(control, id, at + 16);
}

/** Does a piece that was drawn, and goes on drawing until there is none. */
function work(control: usize, id: i32, drawn: i32): void {
  const line = lineOf(control, id);
  let piece = drawn;
  let held = 1;
  while (piece >= 0) {
    run(control, id, piece);
    piece = draw(control, id);
    if (piece >= 0) store<i32>(line, ++held, HELD);
    else {
      piece = report(control, id, held);
      held = 1;
    }
  }
}

/** Tries to take part in what is shared. */
function join(control: usize, id: i32): bool {
  const piece = draw(control, id);
  if (piece < 0) return false;
  store<i32>(lineOf(control, id), 1, HELD);
  work(control, id, piece);
  return true;
}

/** Until the word has changed. @returns whether the time had passed before. */
function sleep(control: usize, word: i64, nanoseconds: i64): bool {
  atomic.add<i32>(control + SLEEPERS, 1);
  const result = atomic.wait<i64>(control, word, nanoseconds);
  atomic.sub<i32>(control + SLEEPERS, 1);
  return result == 2;
}

/**
 * The main thread, until the list is done.
 *
 * @param naps whether it may sleep, which a page may not; 2 where it has slept and looks around only, so that it uses no time itself.
 */
export function help(control: usize, naps: i32): i32 {
  let rounds = naps == 2 ? BUSY - 100 : 0;
  let word = atomic.load<i64>(control);
  while (isOpen(word)) {
    if (join(control, 0)) rounds = 0;
    else if (!naps) {
      if (++rounds == ROUNDS) return PENDING;
    } else if (++rounds == BUSY) {
      rounds = 0;
      atomic.store<i32>(control + MAIN_SLEEPS, 1);
      const timedOut = sleep(control, word, NAP);
      atomic.store<i32>(control + MAIN_SLEEPS, 0);
      if (timedOut) return PENDING;
    }
    word = atomic.load<i64>(control);
  }
  return SHARED;
}

/** The main thread: entries from `list` to `end`. */
export function walk(control: usize, list: usize, end: usize, scratch: usize, stride: i32, naps: i32): i32 {
  store<usize>(control, end, END);
  store<usize>(control, scratch, SCRATCH);
  store<i32>(control, stride, STRIDE);
  const piece = advance(control, 0, list);
  if (piece < 0) return SERIAL;
  work(control, 0, piece);
  return help(control, naps);
}

/** Any other worker, until it has slept once. */
export function serve(control: usize, id: i32): i32 {
  // Counted apart: one that has waited long for a list would else sleep where it finds its first launch, with pieces to draw.
  let idle = 0, busy = 0;
  let word = atomic.load<i64>(control);
  while (idle < IDLE && busy < BUSY) {
    if (join(control, id)) idle = busy = 0;
    word = atomic.load<i64>(control);
    if (isOpen(word)) busy++;
    else idle++;
  }
  sleep(control, word, -1);
  return 0;
}

/** After a kernel has failed in a worker: it counts as done, so that nobody waits for it. */
export function skip(control: usize, id: i32): i32 {
  const line = lineOf(control, id);
  const alone = load<usize>(line, ALONE);
  const held = load<i32>(line, HELD);
  if (alone != 0) work(control, id, advance(control, id, alone + 16));
  else if (held > 0) work(control, id, report(control, id, held));
  return 0;
}

/** The index of the function that a worker runs, -1 where it runs none. */
export function runs(control: usize, id: i32): i32 {
  const line = lineOf(control, id);
  const alone = load<usize>(line, ALONE);
  if (alone != 0) return load<i32>(alone);
  return load<i32>(line, HELD) > 0 ? load<i32>(control, KERNEL) : -1;
}

/** Bytes of the control block for so many workers, without the words of a failure. */
export function controlBytes(workers: i32): i32 {
  return <i32>(LINES + <usize>workers * LINE);
}

/** An empty one. */
export function prepare(control: usize, workers: i32): i32 {
  memory.fill(control, 0, controlBytes(workers));
  store<i32>(control, workers, WORKERS);
  return 0;
}

/** Pieces that a worker has done so far. */
export function piecesBy(control: usize, id: i32): i32 {
  return load<i32>(lineOf(control, id), PIECES);
}
