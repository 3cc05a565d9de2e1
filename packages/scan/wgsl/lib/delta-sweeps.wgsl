// A chunk of a delta rule on its way through a block of the state, and back.
// Uses: delta, state-block, forward-block, backward-block.

/// Vn = (I + beta M)^-1 beta (V - (e^G K) S);  y = (e^G Q) S + P Vn;  S <- e^(G_C) S + (e^(G_C - G) K)' Vn.
fn forward_chunk(lane: u32, chunk: Chunk, block: Block) {
  let head = block.head;
  let pairs = pair_index(chunk, head);
  // Lanes below 32 have the keys of a token, the others its query; each has half of the columns.
  let row = lane >> 1u;
  let half = lane & 1u;
  let i = row % C;
  let column = block.first + 4u * half;
  keep_state(lane, chunk, block);
  var acc = vec4f();
  for (var first = 0u; first < args.K; first += block_channels) {
    take_start_keys(lane, chunk, head, first);
    take_start_queries(lane, chunk, head, first);
    workgroupBarrier();
    acc = times_state(acc, row, half, first, 0u, block_channels);
    workgroupBarrier();
  }
  if (row < C) {
    block_values[lane] = betas[i] * (values_at(chunk, head, i, column) - acc);
  }
  workgroupBarrier();
  var corrected = vec4f();
  if (row < C) {
    for (var j = 0u; j <= i; j++) { corrected += inverse[pairs + i * C + j] * block_values[2u * j + half]; }
  }
  workgroupBarrier();
  if (row < C) {
    block_values[lane] = corrected;
    if (args.has_states != 0u) { keep_written(chunk, head, i, column, corrected); }
  }
  workgroupBarrier();
  if (row >= C) {
    for (var j = 0u; j <= i; j++) { acc += reads[pairs + i * C + j] * block_values[2u * j + half]; }
    write_y(chunk, head, i, column, acc);
  }
  for (var first = 0u; first < args.K; first += block_channels) {
    take_end_keys(lane, chunk, head, first);
    workgroupBarrier();
    update_state(lane, first, kept_of(chunk, head, first + row), 0u, C);
    workgroupBarrier();
  }
}

fn keep_written(chunk: Chunk, head: u32, i: u32, first: u32, values: vec4f) {
  for (var part = 0u; part < 4u; part++) {
    if (first + part < args.V) { written[kept_index(chunk, head, i, first + part)] = values[part]; }
  }
}

/// dVn = P' dO + (e^(G_C - G) K) dS;  dR = (I + beta M)'^-1 dVn;  dS <- e^(G_C) dS + (e^G Q)' dO - (e^G K)' (beta dR).
fn backward_chunk(lane: u32, chunk: Chunk, block: Block) {
  let head = block.head;
  let pairs = pair_index(chunk, head);
  let row = (lane >> 1u) % C;
  let half = lane & 1u;
  let column = block.first + 4u * half;
  keep_dstate(lane, chunk, block);
  var acc = end_keys_times_state(lane, chunk, head);
  if (lane >= 32u) { block_values[lane] = dy_values(chunk, head, row, column); }
  workgroupBarrier();
  for (var i = row; i < C; i++) { acc += reads[pairs + i * C + row] * block_values[32u + 2u * i + half]; }
  if (lane < 32u) { block_values[lane] = acc; }
  workgroupBarrier();
  var right = vec4f();
  for (var i = row; i < C; i++) { right += inverse[pairs + i * C + row] * block_values[2u * i + half]; }
  workgroupBarrier();
  if (lane < 32u) {
    block_values[lane] = -betas[row] * right;
    write_dv(chunk, head, row, column, betas[row] * right);
    keep_solved(chunk, head, row, column, right);
  }
  for (var first = 0u; first < args.K; first += block_channels) {
    take_start_keys(lane, chunk, head, first);
    take_start_queries(lane, chunk, head, first);
    workgroupBarrier();
    update_state(lane, first, kept_of(chunk, head, first + (lane >> 1u)), 0u, 32u);
    workgroupBarrier();
  }
}

fn keep_solved(chunk: Chunk, head: u32, i: u32, first: u32, values: vec4f) {
  for (var part = 0u; part < 4u; part++) {
    if (first + part < args.V) { solved[kept_index(chunk, head, i, first + part)] = values[part]; }
  }
}
