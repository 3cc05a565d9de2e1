// Numbers stored in bf16, two in a word, the first in the lower half.

/// The bits of number i as f32, of the word in which it stands.
fn half_of(pair: u32, i: u32) -> u32 {
  return select(pair << 16u, pair & 0xffff0000u, (i & 1u) == 1u);
}
