/** More numbers than that crowd an axis. */
const MOST = 7;

/**
 * Round numbers within a domain: on a logarithmic scale 1, 2, 5 and their like, or
 * powers of ten where those would be too many.
 *
 * @param domain From the least to the most.
 * @param scale The scale.
 */
export function ticksOf(
  [low, high]: readonly [number, number],
  scale: "linear" | "log",
): number[] {
  if (scale === "linear") {
    const step = roundStep((high - low) / 6);
    const first = Math.ceil(low / step);
    const count = Math.floor(high / step) - first + 1;
    // Multiples rather than sums, which gather errors.
    return Array.from({ length: count }, (_, i) => (first + i) * step);
  }
  const powers = Array.from(
    { length: Math.floor(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
    (_, i) => 10 ** (Math.floor(Math.log10(low)) + i),
  );
  const inside = (numbers: readonly number[]) =>
    powers.flatMap((power) => numbers.map((number) => number * power))
      .filter((tick) => tick >= low && tick <= high);
  const all = inside([1, 2, 5]);
  if (all.length > MOST) return inside([1]);
  return all.length > 1 ? all : inside([1, 1.2, 1.5, 2, 3, 4, 5, 6, 8]);
}

/** 1, 2 or 5 times a power of ten, at least as large. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find((each) => each * power >= least) ?? 10) * power;
}
