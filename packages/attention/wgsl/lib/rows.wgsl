// Rows of queries, keys and values of a sequence. The file has `numbers(what, i)`, numbers i..i+3 of one of these operands.
// Uses: sequence.

const Q = 0u;
const K = 1u;
const V = 2u;
const K0 = 3u;
const V0 = 4u;
const Y = 5u;
const DY = 6u;

struct Row {
  what: u32,
  /// Its first number, below 0 where there is no such row.
  at: i32,
}

fn size_of(what: u32) -> i32 {
  return select(args.D, args.V, what == V || what == Y || what == DY);
}

/// The row of a ring that holds the key at a place; those from old - C on lie before it.
fn ring_row(s: Sequence, place: i32) -> i32 {
  let row = s.oldest + place;
  return s.i * args.C + row + select(0, args.C, row < 0) - select(0, args.C, row >= args.C);
}

/// Query `at` of a head, or the key or value at a place of a key/value head.
fn row_of(what: u32, s: Sequence, head: i32, at: i32) -> Row {
  let size = size_of(what);
  if (what == Q || what == Y || what == DY) {
    return Row(what, select(-1, ((s.begin + at) * args.H + head) * size, at >= 0 && at < s.length));
  }
  if (at < s.old) { return Row(what + 2u, select(-1, (ring_row(s, at) * args.HKV + head) * size, at >= 0)); }
  return Row(what, select(-1, ((s.origin + at - s.old) * args.HKV + head) * size, at < s.old + s.fresh));
}

/// Numbers first..first+3 of a row; zeros beyond its end, and where there is none.
fn four(what: u32, s: Sequence, head: i32, at: i32, first: i32) -> vec4f {
  let size = size_of(what);
  let row = row_of(what, s, head, at);
  if (row.at < 0 || first >= size) { return vec4f(); }
  return select(vec4f(), numbers(row.what, u32(row.at + first)), first + vec4i(0, 1, 2, 3) < vec4i(size));
}
