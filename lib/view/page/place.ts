/// <reference lib="dom" />
/**
 * What is shown, in the page's address: it can be kept and sent.
 *
 * @module
 */

/** A student by its place. */
export interface StudentPlace {
  readonly run: string;
  readonly stage: number;
  readonly student: number;
}

/** What is shown. */
export interface Place {
  /** The chosen runs; undefined where the page chooses. */
  readonly runs: readonly string[] | undefined;
  /** The student that is open. */
  readonly student: StudentPlace | undefined;
}

/** What the address asks for. */
export function readPlace(): Place {
  const asked = new URLSearchParams(location.hash.slice(1));
  const runs = asked.getAll("run");
  const [run, stage, student] = asked.get("student")?.split(" ") ?? [];
  return {
    runs: runs.length === 0 ? undefined : runs,
    student: run === undefined
      ? undefined
      : { run, stage: Number(stage), student: Number(student) },
  };
}

/** Writes it into the address. */
export function writePlace({ runs, student }: Place): void {
  const asked = new URLSearchParams((runs ?? []).map((run) => ["run", run]));
  if (student !== undefined) {
    asked.set("student", `${student.run} ${student.stage} ${student.student}`);
  }
  const hash = asked.toString();
  // deno-lint-ignore house/no-url-pathname -- the path of a page, no file
  history.replaceState(null, "", hash === "" ? location.pathname : `#${hash}`);
}
