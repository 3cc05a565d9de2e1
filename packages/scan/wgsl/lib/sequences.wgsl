// Where the n sequences of a call lie in its P positions, and their chunks of C tokens; whoever uses this says what C is. `ranges` [n,2]
// holds begin and end of each, ascending and disjoint; without it sequence s is row s of P / n. Whatever it holds, what is read of it
// here is both.

/// A sequence, and where the one before it ends.
struct Span { gap: u32, begin: u32, end: u32 }

/// `slot` is a place for what is kept of a chunk, of which no two chunks have the same. A length of 0: no chunk has this slot.
struct Chunk { slot: u32, sequence: u32, begin: u32, length: u32 }

var<workgroup> span_here: Span;
var<workgroup> chunk_here: Chunk;

/// Sequence s, from the one before it.
fn span_behind(before: u32, s: u32) -> Span {
  let begin = clamp(u32(max(ranges[2u * s], 0)), before, args.P);
  return Span(before, begin, clamp(u32(max(ranges[2u * s + 1u], 0)), begin, args.P));
}

fn find_span(s: u32) -> Span {
  let T = args.P / args.n;
  if (args.has_ranges == 0u) { return Span(s * T, s * T, s * T + T); }
  var span = Span(0u, 0u, 0u);
  for (var i = 0u; i <= s; i++) { span = span_behind(span.end, i); }
  return span;
}

/// The slot of the first chunk of sequence s; the others follow. There are at most floor(P / C) + n of them.
fn first_slot(s: u32, begin: u32) -> u32 {
  if (args.has_ranges == 0u) { return s * chunks_of(args.P / args.n); }
  return begin / C + s;
}

fn chunks_of(tokens: u32) -> u32 {
  return (tokens + C - 1u) / C;
}

/// Chunk c of a sequence.
fn chunk_of(s: u32, span: Span, c: u32) -> Chunk {
  let begin = span.begin + c * C;
  return Chunk(first_slot(s, span.begin) + c, s, begin, min(C, span.end - begin));
}

fn find_chunk(slot: u32) -> Chunk {
  if (args.has_ranges == 0u) {
    let chunks = chunks_of(args.P / args.n);
    let s = slot / chunks;
    return chunk_of(s, find_span(s), slot % chunks);
  }
  var end = 0u;
  for (var s = 0u; s < args.n; s++) {
    let span = span_behind(end, s);
    end = span.end;
    let first = first_slot(s, span.begin);
    if (slot >= first && slot - first < chunks_of(span.end - span.begin)) { return chunk_of(s, span, slot - first); }
  }
  return Chunk(slot, 0u, 0u, 0u);
}

/// The same for all lanes, so that loops and barriers may depend on it.
fn span_at(lane: u32, s: u32) -> Span {
  if (lane == 0u) { span_here = find_span(s); }
  return workgroupUniformLoad(&span_here);
}

fn chunk_at(lane: u32, slot: u32) -> Chunk {
  if (lane == 0u) { chunk_here = find_chunk(slot); }
  return workgroupUniformLoad(&chunk_here);
}
