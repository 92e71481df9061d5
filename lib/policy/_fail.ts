/** A number or text that is not what it has to be. */
export interface Problem {
  readonly name: string;
  readonly value: number | string;
  readonly expected: string;
}

/**
 * @param action What cannot be done, for example "restore the policy".
 * @param problem Why.
 * @throws {RangeError} Always.
 */
export function fail(action: string, problem: Problem): never {
  const { name, value, expected } = problem;
  throw new RangeError(
    `Cannot ${action}: ${name} is ${value}, expected ${expected}`,
  );
}
