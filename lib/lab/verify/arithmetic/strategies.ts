/**
 * What follows in a record of searches on a table of all students.
 *
 * @module
 */

import { studentSizes } from "../../../reward/mod.ts";
import { startsFrom } from "../../../search/mod.ts";
import { objectiveOf, searchPlanOf } from "../../options/search_plan.ts";
import type { StrategiesContent } from "../../strategies/content.ts";
import { marksOf } from "../../strategies/options.ts";
import { tableSpace } from "../../strategies/table_space.ts";
import { networkId } from "../../../network/mod.ts";
import { type Claim, shareOf } from "./claim.ts";
import { builtClaims } from "./images.ts";

/**
 * The table's students from the teacher, their rewards, what the searches found.
 *
 * @param content The record's content.
 */
export function* strategiesClaims(
  content: StrategiesContent,
): Generator<Claim> {
  const { identity: { config, seed }, teacher, images, table } = content;
  const { importance, observe, start } = config.student;
  yield* builtClaims(config, teacher);
  yield* shareOf("teacher.accuracy", teacher.accuracy, images.validation);
  const objective = objectiveOf(config, {
    sizes: studentSizes(teacher.network),
    accuracy: teacher.accuracy,
  });
  const { students, rejected, decisions } = tableSpace(config, {
    plan: searchPlanOf(config, { seed }),
    teacher: teacher.network,
    objective,
    // Which weights these are tells no students apart.
    start: start === "fresh" ? undefined : startsFrom(
      { importance, observe, register: () => "" },
      { base: teacher.network, weights: new Uint8Array() },
    ),
  });
  yield { path: "rejected", recorded: content.rejected, redone: rejected };
  yield { path: "decisions", recorded: content.decisions, redone: decisions };
  yield { path: "marks", recorded: content.marks, redone: marksOf(config) };
  const byActions = new Map(
    students.map((each) => [each.actions.join(), each]),
  );
  yield {
    path: "table: how many",
    recorded: table.length,
    redone: students.length,
  };
  for (const [i, row] of table.entries()) {
    const path = `table[${i}]`;
    const student = byActions.get(row.actions.join());
    yield* shareOf(`${path}.accuracy`, row.accuracy, images.validation);
    const sizes = student === undefined
      ? undefined
      : studentSizes(student.network);
    const score = sizes &&
      objective.score({ sizes, accuracy: row.accuracy }, 0);
    const failed = row.failure !== undefined;
    const redone = {
      networkId: student && networkId(student.network),
      parameters: student?.parameters,
      macs: student?.macs,
      reward: failed ? -1 : score?.reward,
      violation: failed ? undefined : score?.violation,
    };
    for (const [key, value] of Object.entries(redone)) {
      yield {
        path: `${path}.${key}`,
        recorded: row[key as keyof typeof redone],
        redone: value,
      };
    }
  }
  yield* searchClaims(content);
}

/** A better student is a better row, and comes later. */
function* searchClaims({ arms, marks }: StrategiesContent): Generator<Claim> {
  for (const [a, { searches }] of arms.entries()) {
    for (const [s, search] of searches.entries()) {
      const path = `arms[${a}].searches[${s}]`;
      const { improvements } = search;
      yield {
        path: `${path}.improvements: whether each is a better one`,
        recorded: true,
        redone: improvements.every(({ proposed, row }, i) =>
          i === 0 || proposed > improvements[i - 1]!.proposed &&
            row < improvements[i - 1]!.row
        ),
      };
      yield {
        path: `${path}.marks`,
        recorded: search.marks.map(({ proposed }) => proposed),
        redone: marks,
      };
    }
  }
}
