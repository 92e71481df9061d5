/** What the evidence says of a claim. */
export type Verdict =
  | "supported"
  | "not supported"
  | "not decidable at this scale";

/** What a page of a research question opens with. */
export interface VerdictSection {
  /** The paper's claim, one or two sentences, with its section or table. */
  readonly claim: string;
  /** What the test that decides makes of it. */
  readonly verdict: Verdict;
  /** Why, in one sentence: the test, and what it gave. */
  readonly because: string;
  /** The numbers that decided, one a line. */
  readonly numbers: readonly string[];
  /** What would change the verdict, in one sentence or two. */
  readonly wouldChange: string;
}

/**
 * The opening of a question's page in markdown: claim, verdict, the numbers that
 * decided, what would change it. Texts are taken as markdown, as they are.
 *
 * @param section What is said.
 *
 * @example
 * ```ts
 * import { verdictSection } from "./verdict.ts";
 *
 * verdictSection({
 *   claim: "Policies transfer (section 4.5).",
 *   verdict: "not decidable at this scale",
 *   because: "three pairs of search seeds, at least 6 are needed.",
 *   numbers: [],
 *   wouldChange: "three more search seeds.",
 * });
 * ```
 */
export function verdictSection(
  { claim, verdict, because, numbers, wouldChange }: VerdictSection,
): string {
  const decisive = numbers.length === 0
    ? ""
    : `${numbers.map((number) => `- ${number}`).join("\n")}\n\n`;
  return `**Claim.** ${claim}

**Verdict: ${verdict}.** ${because}

${decisive}**What would change it.** ${wouldChange}
`;
}

/** A verdict as a page states it. */
export type StatedVerdict = Pick<
  VerdictSection,
  "claim" | "verdict" | "because"
>;

/** Where {@link verdictSection} begins, up to the reason. */
const SECTION =
  /\*\*Claim\.\*\* ([\s\S]+?)\n\n\*\*Verdict: ([a-z ]+)\.\*\* ([\s\S]+?)\n\n/g;

/**
 * The verdicts that a page states, in its order: what {@link verdictSection} wrote.
 *
 * @param page A page in markdown.
 */
export function verdictsOf(page: string): readonly StatedVerdict[] {
  return Array.from(page.matchAll(SECTION), ([, claim, verdict, because]) => ({
    claim: claim!,
    verdict: verdict as Verdict,
    because: because!,
  }));
}

/** What {@link verdictSection} ends with. */
const CHANGE = /\n\*\*What would change it\.\*\* ([\s\S]+?)\n(?:\n|$)/;

/**
 * What would change the first verdict of a page, in one line; undefined where it
 * states none.
 *
 * @param page A page in markdown.
 */
export function wouldChangeOf(page: string): string | undefined {
  const [, change] = CHANGE.exec(page) ?? [];
  return change?.replaceAll("\n", " ");
}
