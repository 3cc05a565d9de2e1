// The delta rule with one decay per head, chunkwise: S <- e^g S;  S <- S + k beta (v - S' k)';  y = scale S' q.
// Letters are those of src/scalar-delta/README.md.
// Uses: units, sequences, head-rows, scalar-gates, pairs, delta, delta-sweeps, delta-gradients, delta-decode.

struct Args {
  units: u32, n: u32, P: u32, H: u32, HV: u32, K: u32, V: u32, scale: f32,
  has_g: u32, has_h0: u32, has_ranges: u32, has_priors: u32, has_y: u32, has_states: u32, has_dh0: u32, has_dg: u32,
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> q: array<f32>; //       [P,H,K]
@group(0) @binding(2) var<storage, read_write> k: array<f32>; //       [P,H,K]
@group(0) @binding(3) var<storage, read_write> v: array<f32>; //       [P,HV,V]
@group(0) @binding(4) var<storage, read_write> g: array<f32>; //       [P,HV]
@group(0) @binding(5) var<storage, read_write> beta: array<f32>; //    [P,HV]
@group(0) @binding(6) var<storage, read_write> h0: array<f32>; //      [n,HV,K,V]
@group(0) @binding(7) var<storage, read_write> ranges: array<i32>; //  [n,2]
@group(0) @binding(8) var<storage, read_write> y: array<f32>; //       [P,HV,V]
@group(0) @binding(9) var<storage, read_write> state: array<f32>; //   [n,HV,K,V]
@group(0) @binding(10) var<storage, read_write> dy: array<f32>;
@group(0) @binding(11) var<storage, read_write> dstate: array<f32>;
@group(0) @binding(12) var<storage, read_write> dq: array<f32>;
@group(0) @binding(13) var<storage, read_write> dk: array<f32>;
@group(0) @binding(14) var<storage, read_write> dv: array<f32>;
@group(0) @binding(15) var<storage, read_write> dg: array<f32>;
@group(0) @binding(16) var<storage, read_write> dbeta: array<f32>;
@group(0) @binding(17) var<storage, read_write> dh0: array<f32>;
// Kept of each chunk: P, M and (I + beta M)^-1 [slots,HV,C,C]; Vn and dR [slots,HV,C,V]; S and dS [slots,HV,V,K].
@group(0) @binding(18) var<storage, read_write> reads: array<f32>;
@group(0) @binding(19) var<storage, read_write> priors: array<f32>;
@group(0) @binding(20) var<storage, read_write> inverse: array<f32>;
@group(0) @binding(21) var<storage, read_write> written: array<f32>;
@group(0) @binding(22) var<storage, read_write> solved: array<f32>;
@group(0) @binding(23) var<storage, read_write> states: array<f32>;
@group(0) @binding(24) var<storage, read_write> dstates: array<f32>;

fn gate_at(chunk: Chunk, head: u32, i: u32) -> f32 {
  if (args.has_g == 0u || i >= chunk.length) { return 0.0; }
  return g[(chunk.begin + i) * args.HV + head];
}

fn decay_at(chunk: Chunk, head: u32, i: u32, channel: u32) -> f32 {
  return decays[i];
}

/// P, M and the inverse of a chunk, for each value head.
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
  load_betas(lane, chunk, head);
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
  for (var c = 0u; c < chunks_of(span.end - span.begin); c++) {
    let chunk = chunk_of(block.sequence, span, c);
    load_gates(lane, chunk, block.head);
    load_betas(lane, chunk, block.head);
    forward_chunk(lane, chunk, block);
  }
  end_forward(lane, block);
}

/// dv, dR and the gradient of the state after each chunk, the last chunk first: for each block of columns.
@compute @workgroup_size(64)
fn backward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let block = block_of(unit);
  let span = span_at(lane, block.sequence);
  begin_backward(lane, block, span);
  for (var c = chunks_of(span.end - span.begin); c > 0u; c--) {
    let chunk = chunk_of(block.sequence, span, c - 1u);
    load_gates(lane, chunk, block.head);
    load_betas(lane, chunk, block.head);
    backward_chunk(lane, chunk, block);
  }
  end_backward(lane, block);
}

/// dq, dk, dg and dbeta of a chunk: for each key head, over the value heads that share it.
@compute @workgroup_size(64)
fn gradients(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let chunk = chunk_at(lane, unit / args.H);
  if (chunk.length == 0u) { return; }
  let shared_by = args.HV / args.H;
  for (var each = 0u; each < shared_by; each++) {
    let head = unit % args.H * shared_by + each;
    load_gates(lane, chunk, head);
    load_betas(lane, chunk, head);
    pair_gradients(lane, chunk, head);
    var strength = 0.0;
    if (lane < C) { strength = token_sums[lane]; }
    var dgates = array<f32, C>();
    var dbetas = array<f32, C>();
    for (var first = 0u; first < args.K; first += 64u) {
      let channel = first + lane;
      var sums = products_of(lane, chunk, head, channel);
      if (channel < args.K) {
        var add = channel_gradients(chunk, head, channel, &sums);
        write_channel(chunk, head, channel, &add);
        for (var i = 0u; i < C; i++) {
          dgates[i] += add.to_gate[i];
          dbetas[i] += add.to_beta[i];
        }
      }
    }
    sum_tokens(lane, &dbetas);
    if (lane < chunk.length) { dbeta[(chunk.begin + lane) * args.HV + head] = strength + token_sums[lane]; }
    sum_tokens(lane, &dgates);
    if (lane < chunk.length && args.has_dg != 0u) { dg[(chunk.begin + lane) * args.HV + head] = token_sums[lane]; }
  }
}

/// 0 at a position that no sequence has.
fn clear_token(at: u32, head: u32) {
  dbeta[at * args.HV + head] = 0.0;
  if (args.has_dg != 0u) { dg[at * args.HV + head] = 0.0; }
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
