import { DataError } from "../errors.ts";

/** What the system says of a file, with the fix; other errors as they are. */
export function unusable(
  action: string,
  path: string,
  error: unknown,
): unknown {
  if (!(error instanceof Error)) return error;
  // Our own errors and those of a caller's callback pass through.
  const { code } = error as { code?: unknown };
  const isCoded = typeof code === "string";
  // Deno gives no code to some of the system's errors, such as a file too large.
  if (!isCoded && !/\(os error \d+\)/.test(error.message)) return error;
  const fault = isCoded ? `${code}, ${error.message}` : error.message;
  return new DataError(
    `Cannot ${action} "${path}": ${fault}; check the permissions and the free space, or name another folder`,
    { cause: error },
  );
}
