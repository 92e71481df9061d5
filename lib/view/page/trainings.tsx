/// <reference lib="dom" />
/**
 * A student's trainings, with their curves.
 *
 * @module
 */

import { axisX, axisY, gridY, line, plot, text } from "@observablehq/plot";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { TrainingView } from "../model.ts";
import { colourName } from "./colours.ts";
import { duration, percent } from "./format.ts";
import { useTheme, useWidth } from "./hooks.ts";

/** All trainings of a student. */
export function Trainings(
  { trainings }: { readonly trainings: readonly TrainingView[] },
) {
  const hasLosses = trainings.some(({ losses }) => losses !== undefined);
  return (
    <section aria-labelledby="trainings">
      <h3 id="trainings">Trainings</h3>
      {trainings.length === 0 && (
        <p class="note">The store has none of its trainings.</p>
      )}
      {trainings.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">training</th>
              <th scope="col" class="number">epochs</th>
              <th scope="col">starts from</th>
              <th scope="col" class="number">accuracy</th>
              <th scope="col" class="number">last loss</th>
              <th scope="col" class="number">time of one thread</th>
            </tr>
          </thead>
          <tbody>
            {trainings.map((each) => (
              <tr>
                <th scope="row">{each.name}</th>
                <td class="number">{each.epochs}</td>
                <td>
                  {each.isInherited ? "inherited weights" : "fresh weights"}
                </td>
                <td class="number">
                  {each.failure ??
                    (each.accuracy === undefined
                      ? "–"
                      : percent(each.accuracy))}
                </td>
                <td class="number">{each.losses?.at(-1)?.toFixed(4) ?? "–"}</td>
                <td class="number">
                  {each.seconds === undefined ? "–" : duration(each.seconds)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {hasLosses
        ? <Curves trainings={trainings} />
        : trainings.length > 0 && (
          <p class="note">
            The loss of each epoch is in the run store of the machine that
            trained it, not in the record.
          </p>
        )}
    </section>
  );
}

function Curves(
  { trainings }: { readonly trainings: readonly TrainingView[] },
) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const theme = useTheme();
  useLayoutEffect(() => {
    if (width === 0) return;
    const curves = trainings.map(({ name, losses = [] }, index) => ({
      name,
      colour: `var(${colourName(index)})`,
      places: losses.map((y, epoch) => ({ x: epoch + 1, y })),
    })).filter(({ places }) => places.length > 0);
    const drawn = plot({
      width,
      height: 180,
      marginLeft: 46,
      marginRight: 64,
      marginTop: 10,
      marginBottom: 28,
      className: "plot",
      x: { label: null },
      y: { label: null, zero: true },
      marks: [
        gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 4 }),
        axisX({ ticks: 6, tickSize: 0, fontSize: 11, tickFormat: whole }),
        axisY({ ticks: 4, tickSize: 0, fontSize: 11 }),
        ...curves.flatMap(({ name, colour, places }) => [
          line(places, {
            x: "x",
            y: "y",
            stroke: colour,
            strokeWidth: 1.8,
            marker: places.length < 30 ? "dot" : "none",
          }),
          text([places.at(-1)!], {
            x: "x",
            y: "y",
            text: () => name,
            dx: 8,
            textAnchor: "start",
            fill: colour,
            fontSize: 11,
          }),
        ]),
      ],
    });
    drawn.querySelector("style")?.remove();
    drawn.setAttribute("aria-hidden", "true");
    frame.current!.replaceChildren(drawn);
  }, [width, trainings, theme]);
  return (
    <figure class="chart">
      <figcaption>
        <strong>Loss</strong>{" "}
        <span class="axis">mean of each epoch, against the epoch</span>
      </figcaption>
      <div
        ref={frame}
        class="frame"
        role="img"
        aria-label={trainings.map(({ name, losses = [] }) =>
          `Loss of ${name}: ${losses.map((loss) => loss.toFixed(3)).join(", ")}`
        ).join(". ")}
      />
    </figure>
  );
}

/** Epochs are whole. */
function whole(epoch: number): string {
  return Number.isInteger(epoch) ? String(epoch) : "";
}
