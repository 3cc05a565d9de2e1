// How the gradient of a block of a state begins and ends on the way back, and what of it is kept.
// Uses: state-block.

/// From the gradient of the last state, or of the state after the segment.
fn begin_backward(lane: u32, block: Block, span: Span) {
  clear_gradients(lane, block, span.gap, span.begin);
  if (block.sequence + 1u == args.n) { clear_gradients(lane, block, span.end, args.P); }
  for (var e = lane; e < 2u * channels; e += 64u) {
    var values = vec4f();
    for (var part = 0u; part < 4u; part++) {
      let column = block.first + 4u * (e & 1u) + part;
      if (e >> 1u < args.K && column < args.V) {
        values[part] = final_at(block, span, e >> 1u, column);
      }
    }
    state_block[e] = values;
  }
  workgroupBarrier();
}

fn final_at(block: Block, span: Span, channel: u32, column: u32) -> f32 {
  if (args.last < chunks_of(span.end - span.begin)) {
    return dmarks[mark_index(0u, block.sequence, block.head, channel, column)];
  }
  return dstate[state_index(block.sequence, block.head, channel, column)];
}

/// 0 at positions that no sequence has: the block's columns of dv, and all else where it is the first one.
fn clear_gradients(lane: u32, block: Block, begin: u32, end: u32) {
  for (var e = lane; e < block_columns * (end - begin); e += 64u) {
    let column = block.first + e % block_columns;
    if (column < args.V) { dv[((begin + e / block_columns) * args.HV + block.head) * args.V + column] = 0.0; }
  }
  if (block.index > 0u) { return; }
  for (var at = begin + lane; at < end; at += 64u) {
    clear_gate(at, block.head);
    clear_beta(at, block.head);
  }
  if (block.head % (args.HV / args.H) > 0u) { return; }
  for (var e = lane; e < args.K * (end - begin); e += 64u) {
    let at = ((begin + e / args.K) * args.H + key_head(block.head)) * args.K + e % args.K;
    dq[at] = 0.0;
    dk[at] = 0.0;
  }
}

/// The gradient of the state after a chunk.
fn keep_dstate(lane: u32, chunk: Chunk, block: Block) {
  for (var part = 0u; part < min(block_columns, args.V - block.first); part++) {
    for (var channel = lane; channel < args.K; channel += 64u) {
      dstates[chunk_state(chunk, block.head, channel, block.first + part)] =
        state_block[2u * channel + (part >> 2u)][part & 3u];
    }
  }
}

/// Four columns of dy, from column `first` on.
fn dy_values(chunk: Chunk, head: u32, i: u32, first: u32) -> vec4f {
  return vec4f(
    dy_at(chunk, head, i, first), dy_at(chunk, head, i, first + 1u),
    dy_at(chunk, head, i, first + 2u), dy_at(chunk, head, i, first + 3u),
  );
}

fn write_dv(chunk: Chunk, head: u32, i: u32, first: u32, values: vec4f) {
  if (i >= chunk.length) { return; }
  for (var part = 0u; part < 4u; part++) {
    if (first + part < args.V) { dv[value_index(chunk, head, i, first + part)] = values[part]; }
  }
}

fn end_backward(lane: u32, block: Block) {
  for (var e = lane; e < 2u * args.K; e += 64u) {
    for (var part = 0u; part < 4u; part++) {
      let column = block.first + 4u * (e & 1u) + part;
      if (column >= args.V) { continue; }
      if (args.first > 0u) {
        dmarks[mark_index(0u, block.sequence, block.head, e >> 1u, column)] = state_block[e][part];
      } else if (args.has_dh0 != 0u) {
        dh0[state_index(block.sequence, block.head, e >> 1u, column)] = state_block[e][part];
      }
    }
  }
}
