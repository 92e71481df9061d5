/// <reference lib="dom" />
import { useEffect, useRef, useState } from "preact/hooks";
import type { Rgba } from "./image.ts";

/** Side of the pad in its own pixels. */
const SIDE = 280;
/** Width of a line: about two pixels of an image of 28. */
const LINE = 22;
/** How far an arrow key moves the pen. */
const STEP = 8;

/** What {@link Pad} tells. */
export interface PadProps {
  /** Called when the drawing changes, at most once a frame. */
  readonly onDraw: (drawing: Rgba) => void;
  /** Called when the pad is emptied. */
  readonly onClear: () => void;
}

/** A place on the pad, in its own pixels. */
interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where an arrow key moves the pen. */
const MOVES: Readonly<Record<string, Place>> = {
  ArrowLeft: { x: -STEP, y: 0 },
  ArrowRight: { x: STEP, y: 0 },
  ArrowUp: { x: 0, y: -STEP },
  ArrowDown: { x: 0, y: STEP },
};

/** A black pad to draw on in white: by mouse, finger, pen, or keys. */
export function Pad({ onDraw, onClear }: PadProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<Place>(undefined);
  const frame = useRef(0);
  const [pen, setPen] = useState<Place>({ x: SIDE / 2, y: SIDE / 4 });
  const [isDown, setDown] = useState(false);
  const context = () =>
    canvas.current!.getContext("2d", { willReadFrequently: true })!;
  function empty(): void {
    const pad = context();
    pad.fillStyle = "#000";
    pad.fillRect(0, 0, SIDE, SIDE);
  }
  useEffect(empty, []);
  function clear(): void {
    cancelAnimationFrame(frame.current);
    frame.current = 0;
    empty();
    setDown(false);
    onClear();
  }
  function line(from: Place, to: Place): void {
    const pad = context();
    pad.strokeStyle = "#fff";
    pad.lineWidth = LINE;
    pad.lineCap = "round";
    pad.lineJoin = "round";
    pad.beginPath();
    pad.moveTo(from.x, from.y);
    pad.lineTo(to.x, to.y);
    pad.stroke();
    if (frame.current !== 0) return;
    frame.current = requestAnimationFrame(() => {
      frame.current = 0;
      onDraw(context().getImageData(0, 0, SIDE, SIDE));
    });
  }
  function placeOf(event: PointerEvent): Place {
    const { left, top, width, height } = canvas.current!
      .getBoundingClientRect();
    return {
      x: (event.clientX - left) * SIDE / width,
      y: (event.clientY - top) * SIDE / height,
    };
  }
  function begin(event: PointerEvent): void {
    if (event.button !== 0) return;
    canvas.current!.setPointerCapture(event.pointerId);
    last.current = placeOf(event);
    line(last.current, last.current);
  }
  function move(event: PointerEvent): void {
    if (last.current === undefined) return;
    // A fast pen is seen more often than a frame is drawn.
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length > 0 ? events : [event]) {
      const to = placeOf(each);
      line(last.current, to);
      last.current = to;
    }
  }
  function end(): void {
    last.current = undefined;
  }
  function key(event: KeyboardEvent): void {
    const by = MOVES[event.key];
    if (by !== undefined) {
      const within = (at: number) => Math.min(SIDE, Math.max(0, at));
      const to = { x: within(pen.x + by.x), y: within(pen.y + by.y) };
      if (isDown) line(pen, to);
      setPen(to);
    } else if (event.key === " ") {
      if (!isDown) line(pen, pen);
      setDown(!isDown);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      clear();
    } else return;
    event.preventDefault();
  }
  const percent = (at: number) => `${100 * at / SIDE}%`;
  return (
    <div class="pad">
      <div class="paper">
        <canvas
          ref={canvas}
          width={SIDE}
          height={SIDE}
          tabIndex={0}
          role="application"
          aria-label="Pad to draw on"
          aria-describedby="pad-keys"
          onPointerDown={begin}
          onPointerMove={move}
          onPointerUp={end}
          onPointerCancel={end}
          onKeyDown={key}
        />
        <span
          class={isDown ? "pen down" : "pen"}
          style={{ left: percent(pen.x), top: percent(pen.y) }}
        />
      </div>
      <p class="controls">
        <button type="button" onClick={clear}>Clear</button>
        <span id="pad-keys" class="note">
          Draw by mouse, finger or pen. By keys: arrows move, Space sets the pen
          down or lifts it, Delete clears.
        </span>
      </p>
    </div>
  );
}
