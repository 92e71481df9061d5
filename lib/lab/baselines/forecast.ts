import { predictSeconds } from "../../search/mod.ts";
import {
  type ForecastOptions,
  makespan,
  observedImages,
  type Part,
  preparationParts,
  testPart,
} from "../forecast/forecast.ts";
import type { BaselineName } from "./designs.ts";
import { baselineStudents } from "./students.ts";

/**
 * How long a baseline takes: teacher, final trainings, test scores.
 *
 * @param options What is known of run and machine; the arm is the baseline's name.
 * @throws {UsageError} If the design does not take the data set's images.
 */
export function foreseeBaseline(options: ForecastOptions): readonly Part[] {
  const { arm, calibration, config, images, workers } = options;
  const { final: { epochs }, student, validation } = config;
  const cost = workers === 1 ? calibration.alone : calibration.together;
  const students = baselineStudents(arm as BaselineName, options);
  const times = students.map(({ network, origin }) =>
    predictSeconds(cost, network, {
      images: epochs * images,
      validation: validation +
        observedImages(
          origin === undefined ? "fresh" : "inherited",
          student,
          images,
        ),
    })
  );
  return [
    ...preparationParts(options),
    {
      name: "final",
      trainings: times.length,
      epochs: times.length * epochs,
      workerSeconds: times.reduce((sum, each) => sum + each, 0),
      wallSeconds: makespan(times, workers),
    },
    testPart(options, students.map(({ network }) => network)),
  ];
}
