/// <reference lib="dom" />
/**
 * A scatter plot: axes and lines are Plot's, students are on a canvas beneath, so
 * that thousands stay smooth. It is used with a pointer and with the keyboard.
 *
 * @module
 */

import { type Markish, plot, type ScaleOptions } from "@observablehq/plot";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Point } from "./points.ts";
import { describePoint } from "./describe_point.ts";
import { useTheme, useWidth } from "./hooks.ts";

/** A rectangle in the quantities of a plot. */
export interface Brush {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** What a plot of students shows. */
export interface ChartProps {
  /** What it is about, for its heading and screen readers. */
  readonly title: string;
  /** Names of the axes. */
  readonly xLabel: string;
  readonly yLabel: string;
  /** Scales, with their domains. */
  readonly xScale: ScaleOptions;
  readonly yScale: ScaleOptions;
  /** What Plot draws over the students. */
  readonly marks: readonly Markish[];
  /** Students with their places. */
  readonly dots: readonly Dot[];
  /** How visible a student is, in [0, 1]. */
  readonly opacity: number;
  /** Free space at the right for labels, in pixels. */
  readonly marginRight: number;
  readonly height: number;
  /** The student that is pointed at, in this plot or another. */
  readonly hovered: Point | undefined;
  readonly onHover: (point: Point | undefined) => void;
  readonly onOpen: (point: Point) => void;
  /** Told when a rectangle is drawn; left out where none can be. */
  readonly onBrush?: (brush: Brush | undefined) => void;
  readonly brush?: Brush | undefined;
  /** Whether a student is among those that are chosen. */
  readonly isChosen?: ((point: Point) => boolean) | undefined;
}

/** A student in a plot. */
export interface Dot {
  readonly point: Point;
  readonly x: number;
  readonly y: number;
  /** Name of its colour. */
  readonly colour: string;
}

/** How far from a student it is still pointed at, in pixels. */
const NEAR = 18;
const MARGIN = { left: 46, top: 10, bottom: 40 };

interface Scales {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly invertX: (pixel: number) => number;
  readonly invertY: (pixel: number) => number;
}

/** A plot of students. */
export function Chart(props: ChartProps) {
  const { title, dots, height, hovered, onHover, onOpen, onBrush, brush } =
    props;
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const theme = useTheme();
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [scales, setScales] = useState<Scales>();
  const [drag, setDrag] = useState<readonly [number, number, number, number]>();
  // Other plots show where the student is; this one says who it is.
  const [isActive, setActive] = useState(false);
  const { marks, xScale, yScale, xLabel, yLabel, marginRight } = props;

  useLayoutEffect(() => {
    if (width === 0) return;
    const drawn = plot({
      width,
      height,
      marginLeft: MARGIN.left,
      marginTop: MARGIN.top,
      marginBottom: MARGIN.bottom,
      marginRight: Math.min(marginRight, width * 0.3),
      className: "plot",
      x: { label: null, ...xScale },
      y: { label: null, ...yScale },
      marks: [...marks],
    });
    // Its style sheet would be refused; the page's own has what is needed.
    drawn.querySelector("style")?.remove();
    drawn.setAttribute("aria-hidden", "true");
    holder.current!.replaceChildren(drawn);
    const [x, y] = [drawn.scale("x")!, drawn.scale("y")!];
    setScales({
      x: x.apply,
      y: y.apply,
      invertX: x.invert!,
      invertY: y.invert!,
    });
  }, [width, height, marks, xScale, yScale, marginRight, theme]);

  useEffect(() => {
    if (scales === undefined) return;
    drawDots(canvas.current!, { ...props, scales, width });
  }, [scales, dots, props.isChosen, props.opacity, width, theme]);

  const at = hovered === undefined || scales === undefined
    ? undefined
    : dots.find(({ point }) => point === hovered);
  const place = at && { x: scales!.x(at.x), y: scales!.y(at.y) };

  function nearest(x: number, y: number): Point | undefined {
    let best: { point: Point; distance: number } | undefined;
    for (const dot of dots) {
      const distance = Math.hypot(scales!.x(dot.x) - x, scales!.y(dot.y) - y);
      if (
        distance <= NEAR && (best === undefined || distance < best.distance)
      ) {
        best = { point: dot.point, distance };
      }
    }
    return best?.point;
  }
  function placeOf(event: PointerEvent | MouseEvent): [number, number] {
    const box = frame.current!.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
  function move(event: PointerEvent) {
    if (scales === undefined) return;
    const [x, y] = placeOf(event);
    if (drag !== undefined) setDrag([drag[0], drag[1], x, y]);
    else {
      setActive(true);
      onHover(nearest(x, y));
    }
  }
  function down(event: PointerEvent) {
    // A finger scrolls; a rectangle is drawn with a mouse or a pen.
    if (onBrush === undefined || event.pointerType === "touch") return;
    const [x, y] = placeOf(event);
    setDrag([x, y, x, y]);
    frame.current!.setPointerCapture(event.pointerId);
  }
  function up(event: PointerEvent) {
    if (scales === undefined) return;
    const [x, y] = placeOf(event);
    const [x0, y0] = drag ?? [x, y];
    setDrag(undefined);
    if (onBrush !== undefined && Math.hypot(x - x0, y - y0) > 6) {
      onBrush({
        x: ordered(scales.invertX(x0), scales.invertX(x)),
        y: ordered(scales.invertY(y0), scales.invertY(y)),
      });
      return;
    }
    const point = nearest(x, y);
    if (point !== undefined) onOpen(point);
    else if (brush !== undefined) onBrush?.(undefined);
  }
  function leave() {
    setActive(false);
    onHover(undefined);
  }
  function key(event: KeyboardEvent) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step !== undefined && dots.length > 0) {
      const sorted = dots.toSorted((a, b) => a.x - b.x);
      const now = sorted.findIndex(({ point }) => point === hovered);
      const next = now === -1
        ? step > 0 ? 0 : sorted.length - 1
        : Math.min(sorted.length - 1, Math.max(0, now + step));
      setActive(true);
      onHover(sorted[next]!.point);
      event.preventDefault();
    } else if (event.key === "Enter" && hovered !== undefined) {
      onOpen(hovered);
    } else if (event.key === "Escape") {
      onHover(undefined);
      onBrush?.(undefined);
    }
  }
  const box = drag ?? (brush && scales && [
    scales.x(brush.x[0]),
    scales.y(brush.y[1]),
    scales.x(brush.x[1]),
    scales.y(brush.y[0]),
  ] as const);
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong> <span class="axis">{yLabel}</span>
      </figcaption>
      <div
        ref={frame}
        class="frame"
        style={{ height: `${height}px` }}
        tabIndex={0}
        role="group"
        aria-roledescription="scatter plot"
        aria-label={`${title}: ${yLabel} against ${xLabel}, ${dots.length} students. Arrow keys step through them, Enter opens one.`}
        onPointerMove={move}
        onPointerLeave={() => drag === undefined && leave()}
        onPointerDown={down}
        onPointerUp={up}
        onKeyDown={key}
        onBlur={leave}
      >
        <canvas ref={canvas} aria-hidden="true" />
        <div ref={holder} />
        {box && (
          <div
            class="brush"
            style={{
              left: `${Math.min(box[0], box[2])}px`,
              top: `${Math.min(box[1], box[3])}px`,
              width: `${Math.abs(box[2] - box[0])}px`,
              height: `${Math.abs(box[3] - box[1])}px`,
            }}
          />
        )}
        {place && (
          <div
            class="ring"
            style={{ left: `${place.x}px`, top: `${place.y}px` }}
          />
        )}
        {place && isActive && (
          <div
            class={`tip ${place.x > width / 2 ? "left" : ""}`}
            role="status"
            style={{ left: `${place.x}px`, top: `${place.y}px` }}
          >
            {describePoint(at.point).map((line) => (
              <div key={line}>{line}</div>
            ))}
          </div>
        )}
        <div
          class="x-label"
          aria-hidden="true"
          style={{ right: `${Math.min(marginRight, width * 0.3)}px` }}
        >
          {xLabel}
        </div>
      </div>
    </figure>
  );
}

function ordered(a: number, b: number): readonly [number, number] {
  return a < b ? [a, b] : [b, a];
}

function drawDots(
  canvas: HTMLCanvasElement,
  { dots, scales, width, height, isChosen, opacity }:
    & Pick<ChartProps, "dots" | "height" | "isChosen" | "opacity">
    & { readonly scales: Scales; readonly width: number },
): void {
  const scale = globalThis.devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d")!;
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const colours = new Map<string, string>();
  for (const { point, x, y, colour } of dots) {
    const fill = colours.get(colour) ?? style.getPropertyValue(colour);
    colours.set(colour, fill);
    const isOut = isChosen !== undefined && !isChosen(point);
    context.globalAlpha = isOut ? 0.08 : opacity;
    context.fillStyle = fill;
    context.beginPath();
    context.arc(scales.x(x), scales.y(y), 2.6, 0, 2 * Math.PI);
    context.fill();
  }
}
