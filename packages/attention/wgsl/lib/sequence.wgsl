// Where the queries and keys of a sequence lie, and the n sequences in the T positions that ranges name (or in n rows of T). Places of keys
// count from the oldest that a query sees. Whatever numbers ranges and positions hold, nothing here leaves the tensors.

struct Sequence {
  i: i32,
  /// The position of its first query and their number.
  begin: i32,
  length: i32,
  /// Keys in the ring, and the row of the first.
  old: i32,
  oldest: i32,
  /// The row of the first new key, and the number of new keys.
  origin: i32,
  fresh: i32,
  /// Which of its blocks is at hand.
  block: i32,
}

/// Queries, and keys, of a block.
const SIDE = 32;

fn blocks(rows: i32) -> i32 {
  return (rows + SIDE - 1) / SIDE;
}

fn begin_of(i: i32) -> i32 {
  if (args.has_ranges == 0u) { return i * args.T; }
  return clamp(ranges[u32(2 * i)], 0, args.T);
}

fn end_of(i: i32) -> i32 {
  let begin = begin_of(i);
  if (args.has_ranges == 0u) { return begin + args.T; }
  return clamp(ranges[u32(2 * i + 1)], begin, args.T);
}

fn sequence(i: i32) -> Sequence {
  var s = Sequence();
  s.i = i;
  s.begin = begin_of(i);
  s.length = end_of(i) - s.begin;
  if (args.C > 0 && s.length > 0) {
    let before = max(position[u32(i)], 0);
    // Of its past a sequence sees no more than its first query does.
    s.old = min(min(before, args.C), args.window - 1);
    s.oldest = (before - s.old) % args.C;
  }
  s.origin = select(i * args.S, s.begin, args.has_ranges != 0u);
  s.fresh = select(args.S, s.length, args.has_ranges != 0u);
  return s;
}

/// The place of its first query.
fn first_query(s: Sequence) -> i32 {
  return s.old + s.fresh - s.length;
}

/// The first block of sequence i among those of all, where each has at most so many without ranges, and `extra` beyond those that its
/// positions fill with them.
fn slot_of(i: i32, each: i32, extra: i32) -> i32 {
  if (args.has_ranges == 0u) { return i * each; }
  return i * extra + begin_of(i) / SIDE;
}

var<workgroup> taken: Sequence;

/// The sequence that has a slot, the same for all lanes, each of which must come here. Slots before the first have a block below 0.
fn take(lane: u32, slot: i32, each: i32, extra: i32) -> Sequence {
  if (lane == 0u) {
    var low = 0;
    var high = args.n;
    while (high - low > 1) {
      let middle = (low + high) / 2;
      if (slot_of(middle, each, extra) <= slot) { low = middle; } else { high = middle; }
    }
    taken = sequence(low);
    taken.block = slot - slot_of(low, each, extra);
  }
  return workgroupUniformLoad(&taken);
}

/// The sequence that holds position p, below 0 if none does.
fn holder(p: i32) -> i32 {
  var low = 0;
  var high = args.n;
  while (high - low > 1) {
    let middle = (low + high) / 2;
    if (begin_of(middle) <= p) { low = middle; } else { high = middle; }
  }
  return select(-1, low, begin_of(low) <= p && p < end_of(low));
}
