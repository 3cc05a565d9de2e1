// Sums and maxima over rows that lie side by side in a workgroup of 256 lanes: `across` of them, a power of two, share a row. In a fixed order; every
// lane must come here, and gets the result of its row.

var<workgroup> row_lanes: array<f32, 256>;

/// Halves are added to each other, the last first.
fn sum_row(lane: u32, across: u32, value: f32) -> f32 {
  let own = lane & (across - 1u);
  row_lanes[lane] = value;
  workgroupBarrier();
  for (var half = across >> 1u; half > 0u; half >>= 1u) {
    if (own < half) { row_lanes[lane] += row_lanes[lane + half]; }
    workgroupBarrier();
  }
  let total = row_lanes[lane - own];
  workgroupBarrier();
  return total;
}

/// Of numbers; what is none is passed over, or not.
fn max_row(lane: u32, across: u32, value: f32) -> f32 {
  let own = lane & (across - 1u);
  row_lanes[lane] = value;
  workgroupBarrier();
  for (var half = across >> 1u; half > 0u; half >>= 1u) {
    if (own < half) { row_lanes[lane] = max(row_lanes[lane], row_lanes[lane + half]); }
    workgroupBarrier();
  }
  let most = row_lanes[lane - own];
  workgroupBarrier();
  return most;
}
