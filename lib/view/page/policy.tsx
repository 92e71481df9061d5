/// <reference lib="dom" />
/**
 * What the policy tends to, layer by layer over time, and how it learns.
 *
 * @module
 */

import type { ShownRun } from "./points.ts";
import { Heatmap } from "./heatmap.tsx";
import { LearningCharts } from "./learning.tsx";

const TITLES: Readonly<Record<string, string>> = {
  removal: "probability of keep",
  shrinkage: "expected shrink ratio",
  joint: "expected share left",
};

/** The policies of the chosen runs. */
export function Policy({ runs }: { readonly runs: readonly ShownRun[] }) {
  return (
    <section aria-labelledby="policy">
      <h2 id="policy">Policy</h2>
      <LearningCharts runs={runs} />
      {runs.map((run, i) =>
        runs.length === 1
          ? <Layers key={run.summary.id} run={run} />
          : (
            <details class="policy" key={run.summary.id} open={i === 0}>
              <summary>{run.label}</summary>
              <Layers run={run} />
            </details>
          )
      )}
    </section>
  );
}

function Layers({ run: { course } }: { readonly run: ShownRun }) {
  return (
    <>
      {course.stages.filter(({ iterations }) => iterations.length > 0).map((
        stage,
      ) => (
        <Heatmap
          key={stage.kind}
          stage={stage}
          title={`${stage.title}, ${TITLES[stage.kind] ?? "tendency"}`}
        />
      ))}
    </>
  );
}
