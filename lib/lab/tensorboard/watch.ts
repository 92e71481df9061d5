import type { Evaluation, Evaluator } from "../../search/mod.ts";
import { decodeProgress } from "../../training/mod.ts";
import type { TrainingCourse } from "./points.ts";
import type { RunLog } from "./run_log.ts";

/** A training that is over, as far as it is drawn. */
export function courseOfEvaluation(
  { losses, validations, steps, accuracy, failure }: Evaluation,
): TrainingCourse {
  return {
    losses,
    ...(validations === undefined ? {} : { validations }),
    // One that failed has ended within an epoch, and its accuracy is none.
    ...(failure === undefined ? { steps, accuracy } : {}),
  };
}

/**
 * An evaluator that also tells a log of every training that has a purpose, epoch by
 * epoch: of one that is remembered, all of it at once.
 *
 * @param evaluator Who evaluates.
 * @param log Who is told, of each training in a part named after its purpose.
 */
export function watched(evaluator: Evaluator, log: RunLog): Evaluator {
  return {
    ...evaluator,
    for: (asker) => watched(evaluator.for(asker), log),
    async evaluate(request, { purpose = [], ...options } = {}) {
      if (purpose.length === 0) {
        return await evaluator.evaluate(request, options);
      }
      const { recipe } = request;
      const part = purpose.reduce((above, name) => above.part(name), log);
      const evaluation = await evaluator.evaluate(request, {
        ...options,
        onProgress(progress) {
          const { losses, validations, step } = decodeProgress(
            progress.checkpoint,
          );
          part.training(recipe, {
            losses,
            ...(validations === undefined ? {} : { validations }),
            steps: step,
          });
          options.onProgress?.(progress);
        },
      });
      part.training(recipe, courseOfEvaluation(evaluation));
      return evaluation;
    },
  };
}
