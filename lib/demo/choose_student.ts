import type { KnownStudent } from "../lab/mod.ts";

/** Profiles whose students are worth the most, first; others come between. */
const FIRST = "laptop";
const LAST = "smoke";

/** Questions in the order in which their students are shown. */
const QUESTIONS = ["rq1", "rq4", "rq2"];

function rankOf({ profile, question, student }: KnownStudent): string {
  // "laptop+3f7a90bc" is the profile with other options.
  const [name] = profile.split("+");
  const [profileRank, canDraw, questionRank] = [
    name === FIRST ? 0 : name === LAST ? 2 : 1,
    String(student?.input) === "1,28,28" ? 0 : 1,
    QUESTIONS.indexOf(question) + 1 || QUESTIONS.length + 1,
  ];
  return `${canDraw}${profileRank}${questionRank}`;
}

/**
 * The student that is shown where none is named: one that can be drawn for, whose
 * images every machine can have; of the laptop profile before others and before the
 * smoke profile; of rq1, of rq4, of rq2; the first of those.
 *
 * @param known Recorded cells.
 * @returns Its cell; undefined where no cell's weights are kept.
 */
export function chooseStudent(
  known: readonly KnownStudent[],
): KnownStudent | undefined {
  return known.filter(({ student }) => student !== undefined)
    .toSorted((a, b) =>
      rankOf(a) < rankOf(b) ? -1 : rankOf(a) > rankOf(b) ? 1 : 0
    )
    .at(0);
}

/**
 * A cell whose student would be shown first if its weights were kept: records of
 * before have none.
 *
 * @param known Recorded cells.
 * @param chosen The one that is shown instead.
 */
export function betterWithoutWeights(
  known: readonly KnownStudent[],
  chosen: KnownStudent | undefined,
): KnownStudent | undefined {
  if (chosen?.profile === FIRST) return undefined;
  return known.find(({ profile, question, student }) =>
    profile === FIRST && question === QUESTIONS[0] && student === undefined
  );
}
