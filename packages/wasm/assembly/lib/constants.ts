// Numbers that loops read instead of carrying. An engine makes a vector constant anew in every round of a loop, at three instructions
// or more; read from memory it is one, and e^x takes a third of the time. They lie before the first block of the device's memory.

/** The first of them, which end before `ZEROS` of `build`: there is room for 44. Nothing lies at 0, which is no pointer. */
@inline const TABLE: usize = 16;

/** The first of those of `exp` and `log`. */
@inline export const EXP: i32 = 0;
@inline export const LOG: i32 = 21;

/** 1, which is one of those of `exp`. */
@inline export const ONE: i32 = 6;

/** Constant i in all lanes. */
@inline
export function constant(i: i32): v128 {
  return v128.load32_splat(TABLE + (<usize>i << 2));
}

@inline
export function writeConstant(i: i32, value: f32): void {
  store<f32>(TABLE + (<usize>i << 2), value);
}
