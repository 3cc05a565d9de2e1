// Products of the rows of a chunk in pairs, under the decays between the two tokens: what a query reads of a key, what a key reads of
// an earlier one. A decay between is the product of those on the way: no exponent is above 0, and no sum is a difference.
// Uses: head-rows.

const tile_channels = 32u;

/// Rows of 32 channels [C,32], and their decays.
var<workgroup> query_rows: array<f32, 528>;
var<workgroup> key_rows: array<f32, 528>;
var<workgroup> decay_rows: array<f32, 528>;
var<workgroup> quarters: array<f32, 1024>;

/// Lane (part, j) has the sums over a quarter of the channels for all i; `quarters` [C,C] gets all of them.
fn sum_quarters(lane: u32, sums: ptr<function, array<f32, C>>) {
  for (var i = 0u; i < C; i++) { quarters[(lane >> 4u) * 256u + i * C + (lane & 15u)] = (*sums)[i]; }
  workgroupBarrier();
  for (var e = lane; e < 256u; e += 64u) {
    quarters[e] = (quarters[e] + quarters[e + 256u]) + (quarters[e + 512u] + quarters[e + 768u]);
  }
  workgroupBarrier();
}

/// For the lane's j: reads_i = sum over channels of q_i k_j E_ij for i >= j, priors_i = sum of k_i k_j E_ij for i > j; one quarter of
/// the channels each.
fn pair_sums(
  lane: u32, chunk: Chunk, head: u32,
  reads_of: ptr<function, array<f32, C>>, priors_of: ptr<function, array<f32, C>>,
) {
  let j = lane & 15u;
  for (var first = 0u; first < args.K; first += tile_channels) {
    workgroupBarrier();
    for (var e = lane; e < C * tile_channels; e += 64u) {
      let i = e / tile_channels;
      let channel = e % tile_channels;
      let at = i * 33u + channel;
      query_rows[at] = query_at(chunk, head, i, first + channel);
      key_rows[at] = key_at(chunk, head, i, first + channel);
      decay_rows[at] = decay_at(chunk, head, i, first + channel);
    }
    workgroupBarrier();
    for (var channel = lane >> 4u; channel < tile_channels; channel += 4u) {
      var left = key_rows[j * 33u + channel];
      for (var i = 0u; i < C; i++) {
        let at = i * 33u + channel;
        if (i > j) {
          left *= decay_rows[at];
          if (corrects) { (*priors_of)[i] += key_rows[at] * left; }
        }
        if (i >= j) { (*reads_of)[i] += query_rows[at] * left; }
      }
    }
  }
}

/// Where a matrix [C,C] of a chunk is kept [slots,HV,C,C].
fn pair_index(chunk: Chunk, head: u32) -> u32 {
  return (chunk.slot * args.HV + head) * C * C;
}

fn keep_reads(lane: u32, chunk: Chunk, head: u32, reads_of: ptr<function, array<f32, C>>) {
  sum_quarters(lane, reads_of);
  for (var e = lane; e < 256u; e += 64u) { reads[pair_index(chunk, head) + e] = quarters[e]; }
  workgroupBarrier();
}
