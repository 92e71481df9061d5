/**
 * Throws unless the parts of a policy's figure fit together.
 *
 * @param options.row What one value is about, for messages: "layer".
 */
export function checkKeepFigure(
  { row, labels, free, iterations }: {
    readonly row: string;
    readonly labels: readonly string[];
    readonly free: readonly boolean[];
    readonly iterations: readonly (readonly number[])[];
  },
): void {
  for (const [i, list] of [free, ...iterations].entries()) {
    if (list.length !== labels.length) {
      const name = i === 0 ? "free" : `iteration ${i}`;
      throw new RangeError(
        `Cannot draw a policy: the length of ${name} is ${list.length}, expected ${labels.length}, one a label`,
      );
    }
  }
  for (const [i, label] of labels.entries()) {
    if (labels.indexOf(label) !== i) {
      throw new RangeError(
        `Cannot draw a policy: label ${i} is "${label}" again, expected each label once`,
      );
    }
  }
  for (const [i, values] of iterations.entries()) {
    for (const [index, value] of values.entries()) {
      if (value < 0 || value > 1) {
        throw new RangeError(
          `Cannot draw a policy: ${row} ${index} of iteration ${
            i + 1
          } is ${value}, expected 0 to 1`,
        );
      }
    }
  }
}
