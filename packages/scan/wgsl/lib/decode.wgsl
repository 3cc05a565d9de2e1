// One token of each of n sequences, in one pass over the state: y is read before the write, as S' q + (q'k) times what is written.
// Uses: head-rows.

const decode_columns = 16u;

/// By lane: what the state holds at the key and at the query, and how both meet.
var<workgroup> decode_sums: array<vec3f, 64>;

/// A lane has a column and every fourth channel. The state may lie where h0 lies.
fn decode_token(lane: u32, unit: u32) {
  let blocks = (args.V + decode_columns - 1u) / decode_columns;
  let sequence = unit / blocks / args.HV;
  let head = unit / blocks % args.HV;
  let token = Chunk(sequence, sequence, sequence, 1u);
  let column = unit % blocks * decode_columns + lane % decode_columns;
  let part = lane / decode_columns;
  load_gates(lane, token, head);
  load_strengths(lane, token, head);
  var sums = vec3f();
  for (var channel = part; channel < args.K; channel += 4u) {
    let key = key_at(token, head, 0u, channel);
    let query = query_at(token, head, 0u, channel);
    let held = entering_at(token, head, channel, column);
    sums += vec3f(held * key, held * query, query * key);
  }
  decode_sums[lane] = sums;
  workgroupBarrier();
  let at = lane % decode_columns;
  sums = (decode_sums[at] + decode_sums[at + 16u]) + (decode_sums[at + 32u] + decode_sums[at + 48u]);
  if (column >= args.V) { return; }
  let written_of = write_of(value_at(token, head, 0u, column), sums.x);
  if (part == 0u) { y[value_index(token, head, 0u, column)] = sums.y + sums.z * written_of; }
  for (var channel = part; channel < args.K; channel += 4u) {
    let kept = entering_at(token, head, channel, column);
    state[state_index(sequence, head, channel, column)] = kept + key_at(token, head, 0u, channel) * written_of;
  }
}

/// The state once it has decayed.
fn entering_at(token: Chunk, head: u32, channel: u32, column: u32) -> f32 {
  if (args.has_h0 == 0u || column >= args.V) { return 0.0; }
  return decay_at(token, head, 0u, channel) * h0[state_index(token.sequence, head, channel, column)];
}
