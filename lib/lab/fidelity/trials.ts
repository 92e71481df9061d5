/**
 * From options to what students go through: the proxies, and the final training
 * that is the truth.
 *
 * @module
 */

import { UsageError } from "../../cli/mod.ts";
import { countViews, type Recipe } from "../../training/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { METHODS } from "../options/methods.ts";
import {
  finalRecipe,
  studentRecipes,
  teacherViews,
} from "../options/recipes.ts";
import { fidelityOptionsOf, nameOfTraining } from "./options.ts";
import type { ProxySpec, TruthSpec } from "./proxy_spec.ts";

/** A training that scores a student. */
export interface Trial<Spec extends TruthSpec = TruthSpec> {
  /** For people, and in forecasts; no two are the same. */
  readonly name: string;
  /** What of it matters to its cost, and where it starts. */
  readonly spec: Spec;
  /** How it trains. */
  readonly recipe: Recipe;
}

/** A cell's trials. */
export interface Trials {
  /** The proxies, in the order in which pages show them. */
  readonly proxies: readonly Trial<ProxySpec>[];
  /** The final training. */
  readonly truth: Trial;
}

/**
 * What every student of a cell goes through.
 *
 * @param config The cell's options.
 * @param train Training images that there are.
 * @throws {UsageError} If there are fewer images than a trial asks for.
 */
export function trialsOf(config: CompressionConfig, train: number): Trials {
  const { student, final } = config;
  const { paperProxy, before, observe, inherited } = fidelityOptionsOf(config);
  const { learningRate, ...fresh } = before;
  const trials: Trials = {
    proxies: [
      ...(paperProxy ? [paperTrial(config)] : []),
      laptopTrial({ ...config, student: { ...student, learningRate } }, {
        ...fresh,
        name: `fresh, ${nameOfTraining(fresh)}`,
        start: "fresh",
        observe: 0,
      }),
      laptopTrial(config, {
        name: "inherited, untrained",
        start: "inherited",
        images: 0,
        epochs: 0,
        observe,
      }),
      ...inherited.map((training) =>
        laptopTrial(config, {
          ...training,
          name: `inherited, ${nameOfTraining(training)}`,
          start: "inherited",
          observe: student.observe,
        })
      ),
    ],
    truth: {
      name: "final",
      spec: {
        images: 0,
        epochs: final.epochs,
        ...(final.start === "inherited"
          ? { start: final.start, observe: student.observe }
          : { start: "fresh", observe: 0 }),
      },
      recipe: finalRecipe(config),
    },
  };
  checkImages(config, { train, trials });
  checkViews(config, trials);
  return trials;
}

/** A proxy by the recipe of the profile's students. */
function laptopTrial(
  config: CompressionConfig,
  spec: Omit<ProxySpec, "recipe">,
): Trial<ProxySpec> {
  const student = { ...config.student, epochs: spec.epochs };
  return {
    name: spec.name,
    spec: { ...spec, recipe: "laptop" },
    recipe: studentRecipes({ ...config, student }).removal,
  };
}

/** The proxy that the paper searches with. */
function paperTrial(config: CompressionConfig): Trial<ProxySpec> {
  const student = { ...config.student, ...METHODS.paper.student };
  const { epochs, images } = student;
  return {
    name: "paper",
    spec: {
      name: "paper",
      start: "fresh",
      images,
      epochs,
      observe: 0,
      recipe: "paper",
    },
    recipe: studentRecipes({ ...config, student }).removal,
  };
}

function checkImages(
  config: CompressionConfig,
  { train, trials: { proxies } }: {
    readonly train: number;
    readonly trials: Trials;
  },
): void {
  const mistakes = proxies
    .filter(({ spec }) => Math.max(spec.images, spec.observe) > train)
    .map(({ name, spec: { images, observe } }) =>
      `proxy "${name}" looks at ${
        Math.max(images, observe)
      } images: expected at most ${train}, the training images that there are`
    );
  if (config.validation < 2) {
    mistakes.push(
      `--validation ${config.validation}: expected at least 2, one half for the proxies and one for the truth`,
    );
  }
  if (mistakes.length > 0) throw new UsageError(mistakes.join("\n"));
}

/** The teacher looks at as many views as final trainings and candidates see. */
function checkViews(config: CompressionConfig, { proxies }: Trials): void {
  const views = teacherViews(config);
  const longer = proxies.find(({ recipe }) => countViews(recipe) > views);
  if (longer === undefined) return;
  throw new UsageError(
    `proxy "${longer.name}" sees ${
      countViews(longer.recipe)
    } views of each image: expected at most ${views}, as many as --final.epochs, up to --distillation.views`,
  );
}
