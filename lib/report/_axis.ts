import { toDecimal } from "./_decimal.ts";
import { formatCount } from "./format.ts";

/** A scale's domain with the places of its ticks. */
export interface Axis {
  readonly domain: readonly [low: number, high: number];
  readonly ticks: readonly number[];
  /** How a tick is written: all with as many decimals. */
  readonly format: (tick: number) => string;
}

/**
 * Iterations 1 to n with half a step of room on both sides; ticks at 1 and at
 * round numbers.
 *
 * @param iterations n; 0 is shown as 1.
 * @param most Most ticks besides the first.
 */
export function iterationAxis(iterations: number, most = 10): Axis {
  const n = Math.max(1, iterations);
  const step = roundStep(n / most, 1);
  const ticks = new Set([1]);
  for (let tick = step; tick <= n; tick += step) ticks.add(tick);
  return { domain: [0.5, n + 0.5], ticks: [...ticks], format: formatCount };
}

/**
 * A linear axis whose ends are ticks.
 *
 * @param values What must be visible.
 * @param options.least Smallest step between ticks.
 * @param options.otherwise The ends if there are no values.
 */
export function linearAxis(
  values: readonly number[],
  options: {
    readonly least: number;
    readonly otherwise: readonly [low: number, high: number];
  },
): Axis {
  const [min, max] = extent(values, options.otherwise);
  const step = roundStep((max - min) / 5, options.least);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.floor(min / step);
  const last = Math.max(first + 1, Math.ceil(max / step));
  const ticks = Array.from(
    { length: last - first + 1 },
    // Multiplying by a step such as 0.2 leaves an error in the last bits.
    (_, i) => Number(((first + i) * step).toPrecision(12)),
  );
  return {
    domain: [ticks[0]!, ticks.at(-1)!],
    ticks,
    format: (tick) => toDecimal(tick, { decimals }),
  };
}

/**
 * A logarithmic axis for ratios, whose ends are ticks: at 1, 2, 5, 10, …, closer
 * together or farther apart when the values are.
 *
 * @param values What must be visible, > 0; without any the axis is 1 to 10.
 */
export function ratioAxis(values: readonly number[]): Axis {
  const [min, max] = extent(values, [1, 10]);
  const span = max / min;
  const steps = span > 200
    ? [1]
    : span > 6
    ? [1, 2, 5]
    : [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
  const grid: number[] = [];
  for (let power = -3; power <= 9; power++) {
    for (const step of steps) grid.push(Number(`${step}e${power}`));
  }
  const first = Math.max(0, grid.findLastIndex((tick) => tick <= min));
  const last = grid.findIndex((tick) => tick >= max && tick > grid[first]!);
  const ticks = grid.slice(first, last === -1 ? undefined : last + 1);
  return {
    domain: [ticks[0]!, ticks.at(-1)!],
    ticks,
    format: (tick) => `${tick >= 1_000 ? formatCount(tick) : tick}x`,
  };
}

function extent(
  values: readonly number[],
  otherwise: readonly [number, number],
): readonly [number, number] {
  if (values.length === 0) return otherwise;
  return [Math.min(...values), Math.max(...values)];
}

/** The smallest of 1, 2, 5, 10, 20, … times a power of ten that is >= both. */
function roundStep(size: number, least: number): number {
  const wanted = Math.max(size, least);
  // The slack lets a size of 0.2 with an error in the last bits be 0.2.
  const power = Math.floor(Math.log10(wanted) + 1e-9);
  for (const step of [1, 2, 5]) {
    const found = Number(`${step}e${power}`);
    if (found >= wanted * (1 - 1e-9)) return found;
  }
  return Number(`1e${power + 1}`);
}
