// Which of the n sequences of a call has a position p of its P. `ranges` [n,2] holds begin and end of each, ascending and disjoint; without
// it sequence i is row i of T. Whatever numbers it holds, nothing here leaves the P positions.

fn begin_of(i: u32) -> u32 {
  if (args.has_ranges == 0u) { return i * args.T; }
  return u32(clamp(ranges[2u * i], 0, i32(args.P)));
}

/// The position behind its last one, at least the first.
fn end_of(i: u32) -> u32 {
  let begin = begin_of(i);
  if (args.has_ranges == 0u) { return begin + args.T; }
  return u32(clamp(ranges[2u * i + 1u], i32(begin), i32(args.P)));
}

/// Sequence i, from `begin` to `end`.
struct Span { i: u32, begin: u32, end: u32 }

/// The first sequence that ends behind p: the one that has it, or else the next; i is n where there is none.
fn span_at(p: u32) -> Span {
  var low = 0u;
  if (args.has_ranges == 0u) {
    low = p / args.T;
  } else {
    var high = args.n;
    while (low < high) {
      let middle = (low + high) / 2u;
      if (end_of(middle) > p) { high = middle; } else { low = middle + 1u; }
    }
  }
  if (low >= args.n) { return Span(args.n, args.P, args.P); }
  return Span(low, begin_of(low), end_of(low));
}

fn has(span: Span, p: u32) -> bool {
  return span.begin <= p && p < span.end;
}

/// The same from one position to the next, of which the first has none before: `Span()`.
fn span_behind(before: Span, p: u32) -> Span {
  if (has(before, p)) { return before; }
  return span_at(p);
}
