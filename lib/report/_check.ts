/**
 * Throws unless all values are finite and there are enough of them.
 *
 * @param values The values of runs.
 * @param options.action What cannot be done otherwise, for the message.
 * @param options.atLeast Least number of values.
 * @throws {RangeError} If there are fewer or one is not finite.
 */
export function check(
  values: readonly number[],
  options: { readonly action: string; readonly atLeast: number },
): void {
  const { action, atLeast } = options;
  if (values.length < atLeast) {
    throw new RangeError(
      `Cannot ${action}: the number of values is ${values.length}, expected at least ${atLeast}`,
    );
  }
  for (const [i, value] of values.entries()) {
    if (!Number.isFinite(value)) {
      throw new RangeError(
        `Cannot ${action}: value ${i} is ${value}, expected a finite number`,
      );
    }
  }
}
