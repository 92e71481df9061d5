/// <reference lib="dom" />
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Shape } from "../../network/mod.ts";

/** What {@link Thumbnail} draws. */
export interface ThumbnailProps {
  /** Pixels, `[channels, height, width]`, 0 … 255. */
  readonly pixels: Uint8Array;
  readonly shape: Shape;
  /** What is seen, for those who do not see it; without, a decoration. */
  readonly label?: string;
}

/** A small image, its pixels as squares. */
export function Thumbnail({ pixels, shape, label }: ThumbnailProps) {
  const [channels, height, width] = shape;
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    const image = context.createImageData(width, height);
    const plane = width * height;
    for (let i = 0; i < plane; i++) {
      for (let channel = 0; channel < 3; channel++) {
        image.data[4 * i + channel] = pixels[i + plane * (channel % channels)]!;
      }
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [pixels]);
  return (
    <canvas
      class="thumbnail"
      ref={canvas}
      width={width}
      height={height}
      {...(label === undefined
        ? { "aria-hidden": "true" }
        : { role: "img", "aria-label": label })}
    />
  );
}
