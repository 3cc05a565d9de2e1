// Elements of a chunk's rows by token i, value head and channel or column; 0 behind the chunk's end. Key heads are shared by HV / H
// value heads.
// Uses: sequences.

const C = 16u;

fn key_head(head: u32) -> u32 {
  return head / (args.HV / args.H);
}

fn key_index(chunk: Chunk, head: u32, i: u32, channel: u32) -> u32 {
  return ((chunk.begin + i) * args.H + key_head(head)) * args.K + channel;
}

fn value_index(chunk: Chunk, head: u32, i: u32, column: u32) -> u32 {
  return ((chunk.begin + i) * args.HV + head) * args.V + column;
}

fn query_at(chunk: Chunk, head: u32, i: u32, channel: u32) -> f32 {
  if (i >= chunk.length || channel >= args.K) { return 0.0; }
  return args.scale * q[key_index(chunk, head, i, channel)];
}

fn key_at(chunk: Chunk, head: u32, i: u32, channel: u32) -> f32 {
  if (i >= chunk.length || channel >= args.K) { return 0.0; }
  return k[key_index(chunk, head, i, channel)];
}

fn value_at(chunk: Chunk, head: u32, i: u32, column: u32) -> f32 {
  if (i >= chunk.length || column >= args.V) { return 0.0; }
  return v[value_index(chunk, head, i, column)];
}

/// Four columns of v, from column `first` on.
fn values_at(chunk: Chunk, head: u32, i: u32, first: u32) -> vec4f {
  return vec4f(
    value_at(chunk, head, i, first), value_at(chunk, head, i, first + 1u),
    value_at(chunk, head, i, first + 2u), value_at(chunk, head, i, first + 3u),
  );
}

fn dy_at(chunk: Chunk, head: u32, i: u32, column: u32) -> f32 {
  if (i >= chunk.length || column >= args.V) { return 0.0; }
  return dy[value_index(chunk, head, i, column)];
}

/// Place of a chunk among those of its segment, chunks first..last of every row, `chunks` at most; of all chunks over ranges.
fn segment_place(chunk: Chunk) -> u32 {
  if (args.has_ranges != 0u) { return chunk.slot; }
  return chunk.slot - chunk.sequence * chunks_of(args.P / args.n) - args.first + chunk.sequence * args.chunks;
}

/// The last segment may have fewer chunks.
fn in_segment(place: u32) -> bool {
  return args.has_ranges != 0u || args.first + place % args.chunks < args.last;
}

/// The slot of the chunk at a place.
fn segment_slot(place: u32) -> u32 {
  if (args.has_ranges != 0u) { return place; }
  return place / args.chunks * chunks_of(args.P / args.n) + args.first + place % args.chunks;
}

/// Where a token's row of V columns is kept [places,HV,C,V].
fn kept_index(chunk: Chunk, head: u32, i: u32, column: u32) -> u32 {
  return ((segment_place(chunk) * args.HV + head) * C + i) * args.V + column;
}

/// Where a state is kept for each chunk [places,HV,V,K]: transposed, so that neighbouring lanes read neighbouring channels.
fn chunk_state(chunk: Chunk, head: u32, channel: u32, column: u32) -> u32 {
  return ((segment_place(chunk) * args.HV + head) * args.V + column) * args.K + channel;
}

/// Where it is for each sequence at the border of a segment [segments,n,HV,V,K].
fn mark_index(segment: u32, sequence: u32, head: u32, channel: u32, column: u32) -> u32 {
  return (((segment * args.n + sequence) * args.HV + head) * args.V + column) * args.K + channel;
}

/// Where it is for each sequence [n,HV,K,V].
fn state_index(sequence: u32, head: u32, channel: u32, column: u32) -> u32 {
  return ((sequence * args.HV + head) * args.K + channel) * args.V + column;
}
