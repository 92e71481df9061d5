/**
 * onnxruntime-web on one thread, from the files of its package alone. No other
 * file imports the package: its settings and its memory are the module's.
 *
 * @module
 */

import { env, InferenceSession } from "onnxruntime-web";
import { startWeb } from "./_start_web.ts";

export * from "onnxruntime-web";

const session = await startWeb({ env, InferenceSession }, "wasm");
await session.release();
