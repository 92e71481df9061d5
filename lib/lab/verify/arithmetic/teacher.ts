/**
 * What follows in a teacher's record.
 *
 * @module
 */

import {
  canonical,
  countMacs,
  countParameters,
  networkId,
} from "../../../network/mod.ts";
import type { TeacherContent } from "../../teacher/record.ts";
import { type Claim, shareOf } from "./claim.ts";
import { imagesOf } from "./images.ts";

/**
 * Sizes of the network, length of the training, accuracies as shares of images.
 *
 * @param content The record's content.
 */
export function* teacherClaims(
  { identity, parameters, macs, evaluation, test }: TeacherContent,
): Generator<Claim> {
  const network = canonical(identity.network);
  const { accuracy, losses, validations, failure } = evaluation;
  yield {
    path: "evaluation.networkId",
    recorded: evaluation.networkId,
    redone: networkId(network),
  };
  yield {
    path: "parameters",
    recorded: parameters,
    redone: countParameters(network),
  };
  yield { path: "macs", recorded: macs, redone: countMacs(network) };
  if (failure === undefined) {
    yield {
      path: "evaluation.losses: how many",
      recorded: losses.length,
      redone: identity.recipe.epochs,
    };
  }
  if (validations !== undefined) {
    yield {
      path: "evaluation.accuracy",
      recorded: accuracy,
      redone: validations.at(-1),
    };
  }
  const { validation, ...data } = identity.data;
  yield* shareOf("evaluation.accuracy", accuracy, validation);
  yield* shareOf("test", test, imagesOf(data).test);
}
