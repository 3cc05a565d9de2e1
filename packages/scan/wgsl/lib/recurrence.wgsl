// The kernels of a recurrence with a state [K,V] per head: what a chunk is alone, the way through all chunks, the way back, and the
// gradients of each chunk; and one token. Where the states of all chunks need much room, they are made of one segment of every row after
// the other, the last one first, from the states between segments. A sibling has its operands, its gates and what its tokens write.
// Uses: units, sequences, head-rows, pairs, state-block, forward-block, backward-block, chunk-gradients, decode.

/// What pairs of tokens of a chunk have to do with each other, for each value head.
@compute @workgroup_size(64)
fn within(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let chunk = chunk_at(lane, unit / args.HV);
  if (chunk.length == 0u) { return; }
  let head = unit % args.HV;
  load_gates(lane, chunk, head);
  load_strengths(lane, chunk, head);
  keep_rows(lane, chunk, head);
  keep_pairs(lane, chunk, head);
}

/// y and the last state, or what the gradient needs of the way there: for each block of columns of a head of a sequence.
@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let block = block_of(unit);
  let span = span_at(lane, block.sequence);
  begin_forward(lane, block, span);
  for (var c = args.first; c < min(args.last, chunks_of(span.end - span.begin)); c++) {
    let chunk = chunk_of(block.sequence, span, c);
    load_gates(lane, chunk, block.head);
    load_strengths(lane, chunk, block.head);
    forward_chunk(lane, chunk, block);
  }
  end_forward(lane, block);
}

/// dv, what of it is kept, and the gradient of the state after each chunk, the last chunk first: for each block of columns.
@compute @workgroup_size(64)
fn backward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let block = block_of(unit);
  let span = span_at(lane, block.sequence);
  begin_backward(lane, block, span);
  for (var c = min(args.last, chunks_of(span.end - span.begin)); c > args.first; c--) {
    let chunk = chunk_of(block.sequence, span, c - 1u);
    load_gates(lane, chunk, block.head);
    load_strengths(lane, chunk, block.head);
    backward_chunk(lane, chunk, block);
  }
  end_backward(lane, block);
}

/// Gradients of a chunk but dv: for each key head, over the value heads that share it.
@compute @workgroup_size(64)
fn gradients(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  if (!in_segment(unit / args.H)) { return; }
  let chunk = chunk_at(lane, segment_slot(unit / args.H));
  if (chunk.length == 0u) { return; }
  let sharing = args.HV / args.H;
  for (var each = 0u; each < sharing; each++) {
    let head = unit % args.H * sharing + each;
    load_gates(lane, chunk, head);
    load_strengths(lane, chunk, head);
    pair_gradients(lane, chunk, head);
    for (var first = 0u; first < args.K; first += 64u) {
      let channel = first + lane;
      var sums = products_of(lane, chunk, head, channel);
      if (channel < args.K) {
        load_channel(chunk, head, channel);
        var add = channel_gradients(chunk, head, channel, &sums);
        write_channel(chunk, head, channel, &add);
        for (var i = 0u; i < C; i++) { add_gate(chunk, head, i, channel, add.to_gate[i]); }
      }
    }
    write_betas(lane, chunk, head);
    write_gates(lane, chunk, head);
  }
}

/// y and the state of one token, for each block of 16 columns of a head.
@compute @workgroup_size(64)
fn decode(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  decode_token(lane, unit);
}
