// What a kernel may ask of the build that it is in, beside the compiler's own ASC_FEATURE_ constants.

/** The engine makes one operation of 256 bits out of two adjacent ones of 128: true in the tier `wide`, for which the compiler of kernels replaces this line. */
@inline export const WIDE: bool = false;

/** Sixteen zeros, at the end of the first block of the device's memory, behind the constants. */
@inline export const ZEROS: usize = 192;
