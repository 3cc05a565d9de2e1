// How a block of a state begins and ends on the way forward, and what of it is kept for the gradient.
// Uses: state-block.

/// From h0 or zeros, or the state before the segment; y becomes 0 where no sequence is.
fn begin_forward(lane: u32, block: Block, span: Span) {
  clear_y(lane, block, span.gap, span.begin);
  if (block.sequence + 1u == args.n) { clear_y(lane, block, span.end, args.P); }
  for (var e = lane; e < 2u * channels; e += 64u) {
    var values = vec4f();
    for (var part = 0u; part < 4u; part++) {
      let column = block.first + 4u * (e & 1u) + part;
      if (e >> 1u < args.K && column < args.V) { values[part] = initial_at(block, e >> 1u, column); }
    }
    state_block[e] = values;
  }
  workgroupBarrier();
}

fn initial_at(block: Block, channel: u32, column: u32) -> f32 {
  if (args.first > 0u) { return marks[mark_index(args.first / args.chunks, block.sequence, block.head, channel, column)]; }
  if (args.has_h0 == 0u) { return 0.0; }
  return h0[state_index(block.sequence, block.head, channel, column)];
}

fn clear_y(lane: u32, block: Block, begin: u32, end: u32) {
  if (args.has_y == 0u) { return; }
  for (var e = lane; e < block_columns * (end - begin); e += 64u) {
    let column = block.first + e % block_columns;
    if (column < args.V) { y[((begin + e / block_columns) * args.HV + block.head) * args.V + column] = 0.0; }
  }
}

/// The state on entry of a chunk; on the way to the borders of segments, of the first chunk of each.
fn keep_state(lane: u32, chunk: Chunk, block: Block) {
  // Only rows have segments.
  let c = chunk.slot - chunk.sequence * chunks_of(args.P / args.n);
  let marking = args.has_states == 0u && args.has_marks != 0u && c % args.chunks == 0u;
  if (args.has_states == 0u && !marking) { return; }
  for (var part = 0u; part < min(block_columns, args.V - block.first); part++) {
    for (var channel = lane; channel < args.K; channel += 64u) {
      let kept = state_block[2u * channel + (part >> 2u)][part & 3u];
      if (marking) {
        marks[mark_index(c / args.chunks, chunk.sequence, block.head, channel, block.first + part)] = kept;
      } else {
        states[chunk_state(chunk, block.head, channel, block.first + part)] = kept;
      }
    }
  }
}

/// Four columns of y, from column `first` on.
fn write_y(chunk: Chunk, head: u32, i: u32, first: u32, values: vec4f) {
  if (args.has_y == 0u || i >= chunk.length) { return; }
  for (var part = 0u; part < 4u; part++) {
    if (first + part < args.V) { y[value_index(chunk, head, i, first + part)] = values[part]; }
  }
}

fn end_forward(lane: u32, block: Block) {
  if (args.has_y == 0u) { return; }
  for (var e = lane; e < 2u * args.K; e += 64u) {
    for (var part = 0u; part < 4u; part++) {
      let column = block.first + 4u * (e & 1u) + part;
      if (column < args.V) { state[state_index(block.sequence, block.head, e >> 1u, column)] = state_block[e][part]; }
    }
  }
}
