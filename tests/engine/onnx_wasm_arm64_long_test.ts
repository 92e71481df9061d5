/**
 * The portable engine on another processor: Deno's build for arm64 under
 * qemu-user must train to the bits that all machines get. `N2N_ARM64_DENO` names
 * that build (npm: @deno/linux-arm64-glibc); its C library must be installed.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { GOLDEN_TRAINING } from "./training_digest.ts";

const VARIABLE = "N2N_ARM64_DENO";

/** Why it cannot be done here; undefined where it can. */
async function obstacle(): Promise<string | undefined> {
  if (Deno.build.arch === "aarch64") return "this machine is arm64";
  if (!Deno.env.get(VARIABLE)) return `${VARIABLE} names no Deno for arm64`;
  try {
    await new Deno.Command("qemu-aarch64-static", { args: ["--version"] })
      .output();
    return undefined;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "there is no qemu-aarch64-static";
  }
}

const reason = await obstacle();

Deno.test({
  name: reason === undefined
    ? "onnx-wasm gives the golden bits when it trains on emulated arm64"
    : `training on emulated arm64 is skipped, because ${reason}`,
  ignore: reason !== undefined,
  async fn() {
    const script = new URL("./training_digest.ts", import.meta.url);
    const { code, stdout, stderr } = await new Deno.Command(
      "qemu-aarch64-static",
      {
        args: [
          ...[Deno.env.get(VARIABLE)!, "run", "--quiet", "--no-check", "-A"],
          ...[fileURLToPath(script), "onnx-wasm", "5"],
        ],
      },
    ).output();
    const text = new TextDecoder();
    assert.equal(code, 0, text.decode(stderr));
    assert.equal(text.decode(stdout), GOLDEN_TRAINING);
  },
});
