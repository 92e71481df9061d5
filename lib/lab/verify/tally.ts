/**
 * What is checked, how much of it there is, and what does not hold.
 *
 * @module
 */

/** All checks, in the order in which they are shown, and what each says. */
export const CHECKS = {
  records: "records are whole, of their question's form, unchanged",
  environments: "what runs took belongs to their records",
  indexes: "every record is declared, every declared cell accounted for",
  arithmetic: "what follows in records from the rest of them does follow",
  pages: "pages, tables and figures are what their records give",
  teachers: "weights of teachers are those of their records",
  students: "weights of students are of their records' networks",
  policies: "policies are those of their records",
  strays: "files are of a record",
  paper: "numbers of the paper say how they are known",
  scores: "weights score on test images what is recorded",
  signatures: "files are the ones that were signed",
} as const;

/** Name of a check. */
export type CheckName = keyof typeof CHECKS;

/** Something that does not hold. */
export interface Flaw {
  /** Which check found it. */
  readonly check: CheckName;
  /** The file, below the results folder where it is there. */
  readonly path: string;
  /**
   * `damaged`: a file that cannot be what was written; `different`: whole files
   * that contradict each other.
   */
  readonly kind: "damaged" | "different";
  /** What is wrong, in one line. */
  readonly message: string;
}

/** What became of a check. */
export interface CheckResult {
  /** Which. */
  readonly check: CheckName;
  /** How many things were looked at. */
  readonly count: number;
  /** How many of them do not hold. */
  readonly faults: number;
  /** What was not looked at, and why, each in one line. */
  readonly notes: readonly string[];
}

/** Keeps the count. */
export interface Tally {
  /** So many more were looked at; default 1. */
  count(check: CheckName, more?: number): void;
  /** One does not hold. */
  find(flaw: Flaw): void;
  /** Something was not looked at; said once. */
  note(check: CheckName, note: string): void;
  /** What does not hold so far. */
  readonly flaws: readonly Flaw[];
  /** What became of each check. */
  results(): readonly CheckResult[];
}

/** A new tally. */
export function createTally(): Tally {
  const counts = new Map<CheckName, number>();
  const notes = new Map<CheckName, Set<string>>();
  const flaws: Flaw[] = [];
  return {
    count(check, more = 1) {
      counts.set(check, (counts.get(check) ?? 0) + more);
    },
    find(flaw) {
      flaws.push(flaw);
    },
    note(check, note) {
      notes.set(check, (notes.get(check) ?? new Set()).add(note));
    },
    flaws,
    results: () =>
      (Object.keys(CHECKS) as CheckName[]).map((check) => ({
        check,
        count: counts.get(check) ?? 0,
        faults: flaws.filter((each) => each.check === check).length,
        notes: [...notes.get(check) ?? []],
      })),
  };
}
