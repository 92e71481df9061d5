/**
 * Numbers for people.
 *
 * @module
 */

/** "12,345". */
export function count(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** "591K", "9.63M". */
export function short(value: number): string {
  const [scale, unit] = value >= 1e9
    ? [1e9, "G"]
    : value >= 1e6
    ? [1e6, "M"]
    : value >= 1e3
    ? [1e3, "K"]
    : [1, ""];
  const scaled = value / scale;
  const digits = unit === "" || scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2;
  return `${scaled.toFixed(digits)}${unit}`;
}

/** "72.3 kB". */
export function bytes(value: number): string {
  return value < 1000
    ? `${value} B`
    : value < 1e6
    ? `${(value / 1e3).toFixed(1)} kB`
    : `${(value / 1e6).toFixed(2)} MB`;
}

/** "97.45 %", of a share. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** "6.12x". */
export function times(ratio: number): string {
  return `${ratio.toFixed(ratio >= 100 ? 0 : ratio >= 10 ? 1 : 2)}x`;
}

/** "12 s", "3 min 05 s", "1 h 02 min". */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${two(whole % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}
