// Recurrences that add k v' as it is: a chunk on its way through a block of the state, and back. Nothing is corrected.
// Uses: pairs, state-block, forward-block, backward-block.

const corrects = false;

fn load_strengths(lane: u32, chunk: Chunk, head: u32) {}

fn keep_pairs(lane: u32, chunk: Chunk, head: u32) {
  var reads_of = array<f32, C>();
  var priors_of = array<f32, C>();
  pair_sums(lane, chunk, head, &reads_of, &priors_of);
  keep_reads(lane, chunk, head, &reads_of);
}

/// y = (e^G Q) S + P V;  S <- e^(G_C) S + (e^(G_C - G) K)' V.
fn forward_chunk(lane: u32, chunk: Chunk, block: Block) {
  let head = block.head;
  let pairs = pair_index(chunk, head);
  let row = (lane >> 1u) % C;
  let half = lane & 1u;
  let column = block.first + 4u * half;
  keep_state(lane, chunk, block);
  // Of the gradient's way forward only states are wanted.
  if (args.has_y != 0u) {
    var acc = start_queries_times_state(lane, chunk, head);
    if (lane < 32u) { block_values[lane] = values_at(chunk, head, row, column); }
    workgroupBarrier();
    for (var j = 0u; j <= row; j++) { acc += reads[pairs + row * C + j] * block_values[2u * j + half]; }
    if (lane < 32u) { write_y(chunk, head, row, column, acc); }
  } else {
    if (lane < 32u) { block_values[lane] = values_at(chunk, head, row, column); }
  }
  for (var first = 0u; first < args.K; first += block_channels) {
    take_end_keys(lane, chunk, head, first);
    workgroupBarrier();
    update_state(lane, first, kept_of(chunk, head, first + (lane >> 1u)), 0u, C);
    workgroupBarrier();
  }
}

/// dV = P' dO + (e^(G_C - G) K) dS;  dS <- e^(G_C) dS + (e^G Q)' dO.
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
  if (lane < 32u) { write_dv(chunk, head, row, column, acc); }
  for (var first = 0u; first < args.K; first += block_channels) {
    take_start_queries(lane, chunk, head, first);
    workgroupBarrier();
    update_state(lane, first, kept_of(chunk, head, first + (lane >> 1u)), C, 2u * C);
    workgroupBarrier();
  }
}

fn written_at(chunk: Chunk, head: u32, i: u32, column: u32) -> f32 {
  return value_at(chunk, head, i, column);
}

fn solved_at(chunk: Chunk, head: u32, i: u32, column: u32) -> f32 {
  return 0.0;
}

fn prior_at(chunk: Chunk, head: u32, i: u32, j: u32) -> f32 {
  return 0.0;
}

fn strength_of(i: u32) -> f32 {
  return 0.0;
}

fn add_betas(i: u32, value: f32) {}

fn write_betas(lane: u32, chunk: Chunk, head: u32) {}

fn clear_beta(at: u32, head: u32) {}

/// What a token writes, from its value and what the state holds at its key.
fn write_of(value: f32, held: f32) -> f32 {
  return value;
}
