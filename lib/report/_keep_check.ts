import type { KeepFigureOptions } from "./keep_figure.ts";

/** Throws unless the parts of a policy's figure fit together. */
export function checkKeepFigure(options: KeepFigureOptions): void {
  const { labels, free, iterations } = options;
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
    for (const [leaf, value] of values.entries()) {
      if (value < 0 || value > 1) {
        throw new RangeError(
          `Cannot draw a policy: layer ${leaf} of iteration ${
            i + 1
          } is ${value}, expected 0 to 1`,
        );
      }
    }
  }
}
