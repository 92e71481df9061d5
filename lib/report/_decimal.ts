/**
 * A number in decimals, rounded half away from zero on its shortest decimal
 * form, as a reader with pencil and paper does. `toFixed` rounds the binary
 * value instead: (1.005).toFixed(2) is "1.00". Neither depends on the locale.
 *
 * @param value Any number; NaN and the infinities give "NaN" and "Infinity".
 * @param options.decimals Digits after the point, >= 0.
 * @param options.exponent Power of ten the value is multiplied by, default 0.
 * @returns For example "99.55"; never "-0.00".
 */
export function toDecimal(
  value: number,
  options: { readonly decimals: number; readonly exponent?: number },
): string {
  if (!Number.isFinite(value)) return String(value);
  const { decimals, exponent = 0 } = options;
  const [mantissa = "", power = "0"] = Math.abs(value).toExponential()
    .split("e");
  const digits = mantissa.replace(".", "");
  // value = digits * 10^-places once multiplied by 10^exponent.
  const places = digits.length - 1 - Number(power) - exponent;
  const scaled = scale(BigInt(digits), decimals - places);
  const text = scaled.toString().padStart(decimals + 1, "0");
  const whole = text.slice(0, text.length - decimals);
  const fraction = decimals === 0 ? "" : `.${text.slice(-decimals)}`;
  return `${value < 0 && scaled > 0n ? "-" : ""}${whole}${fraction}`;
}

/** `integer` * 10^`power`, rounded half up; `integer` >= 0. */
function scale(integer: bigint, power: number): bigint {
  if (power >= 0) return integer * 10n ** BigInt(power);
  const divisor = 10n ** BigInt(-power);
  return (integer + divisor / 2n) / divisor;
}
