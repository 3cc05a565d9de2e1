// One decay per token of a chunk: from log gates g [P,HV] to what is left of rows of q and k [P,H,K] and of the state.
// Uses: exp, sequences, sum-tokens.

var<workgroup> gates: array<f32, C>;
/// e^(g_i), e^(the gates up to i), e^(the gates after i).
var<workgroup> decays: array<f32, C>;
var<workgroup> starts: array<f32, C>;
var<workgroup> ends: array<f32, C>;

/// Takes the gates of a chunk. Sums start anew at every token: none is a difference of long ones.
fn load_gates(lane: u32, chunk: Chunk, head: u32) {
  workgroupBarrier();
  if (lane < C) {
    gates[lane] = gate_at(chunk, head, lane);
  }
  workgroupBarrier();
  if (lane < C) {
    var before = 0.0;
    var after = 0.0;
    for (var i = 0u; i < C; i++) {
      if (i <= lane) { before += gates[i]; } else { after += gates[i]; }
    }
    decays[lane] = exp_of(gates[lane]);
    starts[lane] = exp_of(before);
    ends[lane] = exp_of(after);
  }
  workgroupBarrier();
}

/// What is left of a channel of the state after the chunk.
fn kept_of(chunk: Chunk, head: u32, channel: u32) -> f32 {
  return starts[C - 1u];
}

/// Rows of a chunk, 0 outside of it: the query from the state on entry, with its scale; the key from there; the key to the end.
fn start_query(chunk: Chunk, head: u32, i: u32, channel: u32) -> f32 {
  return starts[i] * query_at(chunk, head, i, channel);
}

fn start_key(chunk: Chunk, head: u32, i: u32, channel: u32) -> f32 {
  return starts[i] * key_at(chunk, head, i, channel);
}

fn end_key(chunk: Chunk, head: u32, i: u32, channel: u32) -> f32 {
  return ends[i] * key_at(chunk, head, i, channel);
}

fn decay_at(chunk: Chunk, head: u32, i: u32, channel: u32) -> f32 {
  return decays[i];
}

/// Rows are made where they are read.
fn keep_rows(lane: u32, chunk: Chunk, head: u32) {}

/// For the gradient of a channel: e^(g_i), e^(the gates up to i), e^(the gates after i).
fn load_channel(chunk: Chunk, head: u32, channel: u32) {}

fn left_of(i: u32) -> f32 {
  return decays[i];
}

fn start_of(i: u32) -> f32 {
  return starts[i];
}

fn end_of(i: u32) -> f32 {
  return ends[i];
}

var<private> gate_sums: array<f32, C>;

fn add_gate(chunk: Chunk, head: u32, i: u32, channel: u32, value: f32) {
  gate_sums[i] += value;
}

fn write_gates(lane: u32, chunk: Chunk, head: u32) {
  sum_tokens(lane, &gate_sums);
  if (lane < chunk.length && args.has_dg != 0u) { dg[(chunk.begin + lane) * args.HV + head] = token_sums[lane]; }
}

fn clear_gate(at: u32, head: u32) {
  if (args.has_dg != 0u) { dg[at * args.HV + head] = 0.0; }
}
