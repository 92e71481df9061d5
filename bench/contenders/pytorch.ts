/**
 * PyTorch with its settings, as contenders: every Python with torch that is
 * found here.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { z } from "zod";
import { readVariable } from "../../lib/cli/mod.ts";
import { hasBf16, type Processor, thisProcessor } from "../processor.ts";
import type { Contender, Skipped } from "./contender.ts";

/** How PyTorch is set up. */
interface Settings {
  readonly name: string;
  readonly title: string;
  readonly layout: "nchw" | "channels_last";
  /** Whether the heap is kept between steps and Adam works on lists of tensors. */
  readonly tuned: boolean;
  readonly mode: "eager" | "compile";
  readonly precision: "f32" | "bf16";
}

const SETTINGS: readonly Settings[] = [
  {
    name: "default",
    title: "as it comes",
    layout: "nchw",
    tuned: false,
    mode: "eager",
    precision: "f32",
  },
  ...(["eager", "compile"] as const).flatMap((mode) =>
    (["nchw", "channels_last"] as const).map((layout): Settings => ({
      name: `${mode}/${layout}`,
      title: `${mode === "eager" ? "eager" : "torch.compile"} ${
        layout === "nchw" ? "NCHW" : "channels-last"
      }, tuned`,
      layout,
      tuned: true,
      mode,
      precision: "f32",
    }))
  ),
  ...(["eager", "compile"] as const).map((mode): Settings => ({
    name: `${mode}/channels_last/bf16`,
    title: `${
      mode === "eager" ? "eager" : "torch.compile"
    } channels-last bfloat16, tuned`,
    layout: "channels_last",
    tuned: true,
    mode,
    precision: "bf16",
  })),
];

/**
 * Keeps glibc from giving pages back after each step, for which PyTorch as it
 * comes pays most of its time in page faults.
 */
const TUNED_MALLOC: Readonly<Record<string, string>> = {
  MALLOC_MMAP_MAX_: "0",
  MALLOC_TRIM_THRESHOLD_: "4000000000",
  MALLOC_TOP_PAD_: "268435456",
};

/** What a Python says of its torch. */
const TORCH = z.strictObject({
  version: z.string().min(1),
  /** Folder of the package: two names of one Python have the same. */
  folder: z.string().min(1),
  compiles: z.boolean(),
});
type Torch = z.infer<typeof TORCH>;

const PROBE = `
import json, torch
print(json.dumps({
  "version": torch.__version__.split("+")[0],
  "folder": torch.__path__[0],
  "compiles": hasattr(torch, "compile"),
}))`;

/**
 * Names of Pythons to look at.
 *
 * @param variable Value of N2N_PYTHON, which may hold several, separated by ":".
 */
export function pythonNames(variable: string | undefined): readonly string[] {
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const named = (variable ?? "").split(separator).filter((name) => name !== "");
  return [...new Set([...named, "python3", "/usr/bin/python3"])];
}

/** Importing torch takes seconds; who takes longer does something else. */
const PATIENCE_MS = 120_000;

/** The command's output, or why there is none. */
async function output(
  program: string,
  args: readonly string[],
): Promise<{ readonly text: string } | { readonly reason: string }> {
  try {
    const { success, code, signal, stdout, stderr } = await new Deno.Command(
      program,
      {
        args: [...args],
        stdin: "null",
        signal: AbortSignal.timeout(PATIENCE_MS),
      },
    ).output();
    if (success) return { text: new TextDecoder().decode(stdout) };
    const lines = new TextDecoder().decode(stderr).trim().split("\n");
    return { reason: lines.at(-1)! || `it ends with ${signal ?? code}` };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return { reason: "there is no such program" };
    }
    // A folder, a file that may not be run, a link that leads to itself.
    if (!(error instanceof Error && "code" in error)) throw error;
    return { reason: `it cannot be run (${error.code})` };
  }
}

/** What a Python says of its torch, or why it says nothing. */
async function torchOf(
  python: string,
): Promise<Torch | { readonly reason: string }> {
  const answer = await output(python, ["-c", PROBE]);
  if ("reason" in answer) return answer;
  try {
    return TORCH.parse(JSON.parse(answer.text));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) {
      throw error;
    }
    return { reason: "it is no Python: it answers something else" };
  }
}

/** Every torch that is found here with all settings it can have, and what is left out. */
export async function findPyTorch(
  processor: Processor = thisProcessor(),
): Promise<
  { readonly found: readonly Contender[]; readonly skipped: readonly Skipped[] }
> {
  const found: Contender[] = [];
  const skipped: Skipped[] = [];
  const folders = new Set<string>();
  const compiler = readVariable("CXX") ?? "g++";
  const hasCompiler = "text" in await output(compiler, ["--version"]);
  for (const python of pythonNames(readVariable("N2N_PYTHON"))) {
    const torch = await torchOf(python);
    if ("reason" in torch) {
      skipped.push({ title: `PyTorch of ${python}`, reason: torch.reason });
      continue;
    }
    if (folders.has(torch.folder)) continue;
    folders.add(torch.folder);
    const { version } = torch;
    if (found.some((other) => other.id.startsWith(`torch-${version}/`))) {
      skipped.push({
        title: `PyTorch of ${python}`,
        reason: `another Python has the same version, ${version}`,
      });
      continue;
    }
    for (const settings of SETTINGS) {
      const title = `PyTorch ${version} ${settings.title}`;
      if (settings.mode === "compile" && !torch.compiles) {
        skipped.push({ title, reason: "this version has no torch.compile" });
      } else if (settings.mode === "compile" && !hasCompiler) {
        skipped.push({
          title,
          reason:
            `torch.compile needs a C++ compiler; "${compiler}" is not there`,
        });
      } else if (settings.precision === "bf16" && !hasBf16(processor)) {
        skipped.push({
          title,
          reason: "this processor has no products of bfloat16 numbers",
        });
      } else {
        found.push(contender(python, version, settings));
      }
    }
  }
  return { found, skipped };
}

function contender(
  python: string,
  version: string,
  { name, title, layout, tuned, mode, precision }: Settings,
): Contender {
  const script = new URL("../children/pytorch_step.py", import.meta.url);
  return {
    id: `torch-${version}/${name}`,
    title: `PyTorch ${version} ${title}`,
    version: `PyTorch ${version}`,
    kind: "pytorch",
    precision,
    compiles: mode === "compile",
    command: {
      program: python,
      args: [
        fileURLToPath(script),
        layout,
        tuned ? "foreach" : "default",
        mode,
        precision,
      ],
      env: {
        OMP_NUM_THREADS: "1",
        MKL_NUM_THREADS: "1",
        // No pool of compiling processes: all of the work is in one.
        TORCHINDUCTOR_COMPILE_THREADS: "1",
        // A start compiles; what earlier runs left behind would hide that.
        TORCHINDUCTOR_FORCE_DISABLE_CACHES: "1",
        ...(tuned ? TUNED_MALLOC : {}),
      },
    },
  };
}

/** How to get the version that the tables compare with. */
export const PYTORCH_ADVICE =
  `PyTorch is never installed by this project. For the current release: python3 -m venv FOLDER && FOLDER/bin/pip install torch==2.15.0, then N2N_PYTHON=FOLDER/bin/python deno task bench (several Pythons: separated by ":"); torch.compile needs g++`;
