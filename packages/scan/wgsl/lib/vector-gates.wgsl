// One decay per key channel, from log gates g [P,HV,K]: rows of q and k [P,H,K] under their decays are made once for each chunk and kept.
// Uses: exp, head-rows.

/// Where a row of channels of a token is kept [slots,HV,C,K].
fn row_index(chunk: Chunk, head: u32, i: u32, channel: u32) -> u32 {
  return ((chunk.slot * args.HV + head) * C + i) * args.K + channel;
}

fn gate_index(chunk: Chunk, head: u32, i: u32, channel: u32) -> u32 {
  return ((chunk.begin + i) * args.HV + head) * args.K + channel;
}

fn gate_at(chunk: Chunk, head: u32, i: u32, channel: u32) -> f32 {
  if (i >= chunk.length || channel >= args.K) { return 0.0; }
  return g[gate_index(chunk, head, i, channel)];
}

fn decay_at(chunk: Chunk, head: u32, i: u32, channel: u32) -> f32 {
  return exp_of(gate_at(chunk, head, i, channel));
}

/// Gates are read where they are used.
fn load_gates(lane: u32, chunk: Chunk, head: u32) {}

/// Sums start anew from the start and from the end of the chunk: none is a difference of long ones.
fn keep_rows(lane: u32, chunk: Chunk, head: u32) {
  for (var channel = lane; channel < args.K; channel += 64u) {
    var sum = 0.0;
    for (var i = 0u; i < C; i++) {
      let at = row_index(chunk, head, i, channel);
      sum += gate_at(chunk, head, i, channel);
      let left = exp_of(sum);
      start_queries[at] = left * query_at(chunk, head, i, channel);
      keep_start_key(at, left * key_at(chunk, head, i, channel));
    }
    keeps[(chunk.slot * args.HV + head) * args.K + channel] = exp_of(sum);
    sum = 0.0;
    for (var back = 0u; back < C; back++) {
      let i = C - 1u - back;
      end_keys[row_index(chunk, head, i, channel)] = exp_of(sum) * key_at(chunk, head, i, channel);
      sum += gate_at(chunk, head, i, channel);
    }
  }
}

/// What is left of a channel of the state after the chunk.
fn kept_of(chunk: Chunk, head: u32, channel: u32) -> f32 {
  if (channel >= args.K) { return 0.0; }
  return keeps[(chunk.slot * args.HV + head) * args.K + channel];
}

/// Rows of a chunk, 0 outside of it: the query from the state on entry, with its scale; the key from there; the key to the end.
fn start_query(chunk: Chunk, head: u32, i: u32, channel: u32) -> f32 {
  if (channel >= args.K) { return 0.0; }
  return start_queries[row_index(chunk, head, i, channel)];
}

fn start_key(chunk: Chunk, head: u32, i: u32, channel: u32) -> f32 {
  if (channel >= args.K) { return 0.0; }
  return start_keys[row_index(chunk, head, i, channel)];
}

fn end_key(chunk: Chunk, head: u32, i: u32, channel: u32) -> f32 {
  if (channel >= args.K) { return 0.0; }
  return end_keys[row_index(chunk, head, i, channel)];
}

/// For the gradient of a channel: e^(g_i), e^(the gates up to i), e^(the gates after i).
var<private> lefts: array<f32, C>;
var<private> starts: array<f32, C>;
var<private> ends: array<f32, C>;

fn load_channel(chunk: Chunk, head: u32, channel: u32) {
  var sum = 0.0;
  for (var i = 0u; i < C; i++) {
    let gate = gate_at(chunk, head, i, channel);
    sum += gate;
    lefts[i] = exp_of(gate);
    starts[i] = exp_of(sum);
  }
  sum = 0.0;
  for (var back = 0u; back < C; back++) {
    let i = C - 1u - back;
    ends[i] = exp_of(sum);
    sum += gate_at(chunk, head, i, channel);
  }
}

fn left_of(i: u32) -> f32 {
  return lefts[i];
}

fn start_of(i: u32) -> f32 {
  return starts[i];
}

fn end_of(i: u32) -> f32 {
  return ends[i];
}

fn add_gate(chunk: Chunk, head: u32, i: u32, channel: u32, value: f32) {
  if (i < chunk.length) { dg[gate_index(chunk, head, i, channel)] = value; }
}

fn write_gates(lane: u32, chunk: Chunk, head: u32) {}

fn clear_gate(at: u32, head: u32) {
  for (var channel = 0u; channel < args.K; channel++) { dg[(at * args.HV + head) * args.K + channel] = 0.0; }
}
