// Numbers as Python writes them.

/** `repr(x)` of a float: never without a point or an exponent, which has two digits at least and begins at 1e16 and below 1e-4. */
export function floatText(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf';
  const [mantissa, exponent] = x.toExponential().split('e');
  const power = Number(exponent);
  if (x !== 0 && (power < -4 || power >= 16)) {
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  const text = Object.is(x, -0) ? '-0' : plain(mantissa, power);
  return text.includes('.') ? text : `${text}.0`;
}

/** Without an exponent: JavaScript writes one below 1e-6. */
function plain(mantissa: string, power: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${digits}`;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, '0');
  const rest = digits.slice(power + 1);
  return sign + whole + (rest === '' ? '' : `.${rest}`);
}
