/// <reference lib="dom" />
/**
 * Where the page has its networks and images from: its server, and files that are
 * dropped.
 *
 * @module
 */

import type * as ort from "onnxruntime-web";
import type { Demo } from "../model.ts";
import type { Rgba } from "./image.ts";
import { type Answerer, openAnswerers } from "./predict.ts";
import { type TestImages, testImages } from "./tests.ts";

/** What the page works with. */
export interface Loaded {
  /** What it shows. */
  readonly demo: Demo;
  /** Teacher and student. */
  readonly answerers: readonly Answerer[];
  /** The test images; undefined where there are none. */
  readonly tests: TestImages | undefined;
}

/** Address of onnxruntime-web, which is no part of this script. */
const RUNTIME: string = "./ort.mjs";

/** Loads everything from the server. */
export async function load(): Promise<Loaded> {
  const [demo, runtime, teacher, student] = await Promise.all([
    ask("demo.json").then((response) => response.json() as Promise<Demo>),
    import(RUNTIME) as Promise<typeof ort>,
    model("teacher.onnx"),
    model("student.onnx"),
  ]);
  // One thread, and in this one, as students are timed elsewhere.
  runtime.env.wasm.numThreads = 1;
  runtime.env.wasm.proxy = false;
  const { shape } = demo.data;
  return {
    demo,
    answerers: await openAnswerers(runtime, [teacher, student], shape),
    tests: "count" in demo.tests
      ? testImages(
        demo.tests.count,
        shape,
        async (from, count) =>
          await (await ask(`tests?from=${from}&count=${count}`)).arrayBuffer(),
      )
      : undefined,
  };
}

/**
 * The pixels of a picture's file.
 *
 * @throws {Error} If the browser cannot read it.
 */
export async function decodePicture(file: Blob): Promise<Rgba> {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d")!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

async function model(path: string): Promise<Uint8Array> {
  return new Uint8Array(await (await ask(path)).arrayBuffer());
}

async function ask(path: string): Promise<Response> {
  const response = await fetch(path);
  if (response.ok) return response;
  throw new Error(`${path}: ${(await response.text()).trim()}`);
}
