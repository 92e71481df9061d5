/// <reference lib="dom" />
/**
 * A stage's tendencies: a row a layer, a column an iteration.
 *
 * @module
 */

import { useEffect, useRef, useState } from "preact/hooks";
import type { StageView } from "../model.ts";
import { useTheme, useWidth } from "./hooks.ts";

const ROW = 14;
const LABEL = 148;
const LAST = 44;

/** What a heatmap needs. */
export interface HeatmapProps {
  readonly title: string;
  readonly stage: StageView;
}

/** The tendencies of the rows where anything can be decided. */
export function Heatmap({ title, stage: { rows, iterations } }: HeatmapProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(frame);
  const theme = useTheme();
  const [at, setAt] = useState<{ row: number; column: number }>();
  const free = rows.flatMap(({ label, free }, row) =>
    free ? [{ label, row }] : []
  );
  const height = free.length * ROW;
  const inner = Math.max(0, width - LABEL - LAST);
  useEffect(() => {
    if (inner === 0) return;
    draw(canvas.current!, {
      width: inner,
      height,
      values: free.map(({ row }) =>
        iterations.map(({ tendency }) => tendency[row]!)
      ),
    });
  }, [inner, height, iterations, theme]);
  const last = iterations.at(-1)!;
  function move(event: PointerEvent) {
    const box = canvas.current!.getBoundingClientRect();
    const column = Math.floor(
      (event.clientX - box.left) / box.width * iterations.length,
    );
    const row = Math.floor((event.clientY - box.top) / ROW);
    setAt(
      iterations[column] !== undefined && free[row] !== undefined
        ? { row, column }
        : undefined,
    );
  }
  const pointed = at && free[at.row];
  return (
    <figure class="heatmap">
      <figcaption>
        <strong>{title}</strong>{" "}
        <span class="axis">
          {pointed
            ? `${pointed.label}, iteration ${at.column + 1}: ${
              iterations[at.column]!.tendency[pointed.row]!.toFixed(2)
            }`
            : "a column an iteration; at the right, the last one"}
        </span>
        <span class="ramp" aria-hidden="true">
          0 <i /> 1
        </span>
      </figcaption>
      <div
        ref={frame}
        class="rows"
        style={{ height: `${height}px` }}
        role="img"
        aria-label={`${title}, after ${iterations.length} iterations: ${
          free.map(({ label, row }) =>
            `${label} ${last.tendency[row]!.toFixed(2)}`
          ).join("; ")
        }`}
        onPointerMove={move}
        onPointerLeave={() => setAt(undefined)}
      >
        <ol class="labels">
          {free.map(({ label }) => <li key={label}>{label}</li>)}
        </ol>
        <canvas ref={canvas} />
        <ol class="last">
          {free.map(({ row }) => (
            <li key={row}>{last.tendency[row]!.toFixed(2)}</li>
          ))}
        </ol>
      </div>
    </figure>
  );
}

function draw(
  canvas: HTMLCanvasElement,
  { width, height, values }: {
    readonly width: number;
    readonly height: number;
    readonly values: readonly (readonly number[])[];
  },
): void {
  const scale = globalThis.devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d")!;
  context.fillStyle = getComputedStyle(canvas).getPropertyValue("--ink");
  for (const [row, line] of values.entries()) {
    const step = canvas.width / line.length;
    for (const [column, value] of line.entries()) {
      context.globalAlpha = 0.06 + 0.94 * value;
      const left = Math.round(column * step);
      context.fillRect(
        left,
        Math.round(row * ROW * scale),
        Math.round((column + 1) * step) - left,
        Math.round((ROW - 1.5) * scale),
      );
    }
  }
}
