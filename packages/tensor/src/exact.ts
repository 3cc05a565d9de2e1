// log and exp from + - * / alone. The language leaves Math.log and Math.exp to the engine, whose last bits differ;
// what must be the same bits everywhere (initial weights, normal deviates) uses these. Both stay within 4e-16.

const LN2_HIGH = 0.6931471803691238; // ln 2 up to a bit where k * LN2_HIGH is exact for every exponent k
const LN2_LOW = 1.9082149292705877e-10;
const TWO_54 = 18014398509481984;
/** Terms after which both series are below 2^-56 of their sum on the reduced interval. */
const LOG_TERMS = 11;
const EXP_TERMS = 14;

const bits = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

/** 2^k for -1022 <= k <= 1023. */
function power2(k: number): number {
  bits.setUint32(0, (k + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/**
 * The natural logarithm, the same bits in every engine: x = 2^e m with m in [1/sqrt 2, sqrt 2), log x = e log 2 + 2 artanh((m-1)/(m+1)).
 *
 * @returns log x within 4e-16 relative; -Infinity at 0, NaN below.
 */
export function exactLog(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return Infinity;
  let exponent = 0;
  if (x < 2.2250738585072014e-308) {
    x *= TWO_54; // subnormal
    exponent = -54;
  }
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  exponent += (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let m = bits.getFloat64(0);
  if (m >= Math.SQRT2) {
    m /= 2;
    exponent++;
  }
  const f = m - 1; // exact
  const s = f / (m + 1);
  const z = s * s;
  let sum = 0;
  for (let i = LOG_TERMS; i >= 1; i--) sum = z * (1 / (2 * i + 1) + sum);
  // 2 artanh(s) = 2s + 2s sum, and 2s = f - s f: written so that the exact f carries the leading bits.
  return exponent * LN2_HIGH + (f - (s * (f - 2 * sum) - exponent * LN2_LOW));
}

/**
 * The exponential, the same bits in every engine: exp x = 2^k exp r with |r| <= log(2) / 2.
 *
 * @returns exp x within 4e-16 relative (subnormal results: to their last bit).
 */
export function exactExp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = 0;
  for (let i = EXP_TERMS; i >= 2; i--) sum = (r / i) * (1 + sum);
  const y = 1 + (r + r * sum);
  if (k > 1022) return y * power2(k - 1) * 2;
  if (k < -1021) return y * power2(k + 54) * (1 / TWO_54);
  return y * power2(k);
}
