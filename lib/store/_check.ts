/** @throws {RangeError} If the number of a step is none. */
export function checkStep(action: string, step: number): void {
  if (Number.isSafeInteger(step) && step >= 0) return;
  throw new RangeError(
    `Cannot ${action}: step is ${step}, expected an integer >= 0`,
  );
}

/** @throws {RangeError} If the step is not above the last one. */
export function checkNextStep(step: number, last: number | undefined): void {
  checkStep("append history", step);
  if (last === undefined || step > last) return;
  throw new RangeError(
    `Cannot append history: step is ${step}, expected more than the last ` +
      `step ${last}`,
  );
}

/** @throws {TypeError} If the work of a transaction goes on after it. */
export function checkSynchronous(result: unknown): void {
  const isPromise = typeof result === "object" && result !== null &&
    "then" in result;
  if (!isPromise) return;
  throw new TypeError(
    "Cannot commit: the work returned a promise, expected it to be done",
  );
}

/** @throws {RangeError} If a text would not come back as it went in. */
export function checkText(action: string, texts: readonly string[]): void {
  const bad = texts.find((text) => text.includes("\0") || !text.isWellFormed());
  if (bad === undefined) return;
  throw new RangeError(
    `Cannot ${action}: ${JSON.stringify(bad.slice(0, 80))} has a NUL or half ` +
      `a surrogate pair, expected well-formed text`,
  );
}
