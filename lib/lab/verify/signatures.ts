/**
 * Signatures over a results folder, by OpenSSH's ssh-keygen.
 *
 * @module
 */

import {
  ifThere,
  runCommand,
  UsageError,
  writeFileAtomic,
} from "../../cli/mod.ts";
import type { Context } from "./context.ts";
import { manifestOf, parseManifest, SIGNATURES } from "./manifest.ts";

/** Says what is signed: a signature for something else is none here. */
const NAMESPACE = "n2n";

const BEGIN = "-----BEGIN SSH SIGNATURE-----";

/**
 * Signs all files of a results folder.
 *
 * @param results The folder.
 * @param key Path of an SSH key; of a public one where an agent has the other.
 * @returns The file that was written: the manifest, then the signature of it.
 * @throws {UsageError} If there is no such key, or no ssh-keygen.
 */
export async function signResults(
  results: string,
  key: string,
): Promise<string> {
  const path = `${results}/${SIGNATURES}`;
  const manifest = await manifestOf(results);
  const signature = await inTemporaryFolder(async (folder) => {
    const file = `${folder}/manifest`;
    await Deno.writeTextFile(file, manifest);
    const args = ["-Y", "sign", "-f", key, "-n", NAMESPACE, file];
    const done = await runCommand("ssh-keygen", args);
    if (done === undefined) {
      throw new UsageError(
        "--sign: expected ssh-keygen, which this machine lacks; it is part of OpenSSH",
      );
    }
    if (done.code !== 0) {
      throw new UsageError(
        `--sign "${key}": ssh-keygen refuses it (${firstLine(done.stderr)})`,
      );
    }
    return await Deno.readTextFile(`${file}.sig`);
  });
  await writeFileAtomic(path, manifest + signature);
  return path;
}

/** Whose signatures are taken. */
export interface SignatureOptions {
  /** File of allowed signers; left out, digests alone are compared. */
  readonly allowedSigners?: string | undefined;
}

/**
 * The check of a signature, where there is one or one is asked for.
 *
 * @param options Whose are taken.
 */
export function checkSignatures(
  { allowedSigners }: SignatureOptions,
): (context: Context) => Promise<void> {
  return async (context) => {
    const { results, tally } = context;
    const path = SIGNATURES;
    const text = await ifThere(() => Deno.readTextFile(`${results}/${path}`));
    if (text === undefined) {
      if (allowedSigners === undefined) return;
      const message = `"${path}" is missing, expected one that --sign writes`;
      tally.find({ check: "signatures", path, kind: "different", message });
      return;
    }
    const start = text.indexOf(BEGIN);
    const [manifest, signature] = start < 0
      ? [text, ""]
      : [text.slice(0, start), text.slice(start)];
    await compareManifest(context, manifest);
    if (allowedSigners === undefined) {
      tally.note(
        "signatures",
        "whose signature it is was not asked: --allowed-signers FILE does",
      );
      return;
    }
    const fault = await signatureFault({ manifest, signature, allowedSigners });
    if (fault === undefined) return;
    if ("skipped" in fault) {
      tally.note("signatures", fault.skipped);
      return;
    }
    const { message } = fault;
    tally.find({ check: "signatures", path, kind: "different", message });
  };
}

/** Compares the files with what was signed. */
async function compareManifest(
  { results, tally }: Context,
  manifest: string,
): Promise<void> {
  const signed = parseManifest(manifest);
  const found = parseManifest(await manifestOf(results));
  for (const path of [...new Set([...signed.keys(), ...found.keys()])].sort()) {
    tally.count("signatures");
    const [before, now] = [signed.get(path), found.get(path)];
    if (before === now) continue;
    const what = before === undefined
      ? "was not signed"
      : now === undefined
      ? "is missing, though it was signed"
      : "is not the one that was signed";
    tally.find({
      check: "signatures",
      path,
      kind: "different",
      message: `"${path}" ${what}; --sign signs what is there`,
    });
  }
}

interface Signed {
  readonly manifest: string;
  readonly signature: string;
  readonly allowedSigners: string;
}

/** Why a signature is not taken; undefined where it is. */
async function signatureFault(
  { manifest, signature, allowedSigners }: Signed,
): Promise<
  { readonly message: string } | { readonly skipped: string } | undefined
> {
  return await inTemporaryFolder(async (folder) => {
    const file = `${folder}/signature`;
    await Deno.writeTextFile(file, signature);
    const found = await runCommand("ssh-keygen", [
      ...["-Y", "find-principals", "-s", file, "-f", allowedSigners],
    ]);
    if (found === undefined) {
      return {
        skipped:
          "whose signature it is was skipped, because this machine lacks ssh-keygen, a part of OpenSSH",
      };
    }
    const [signer] = found.stdout.trim().split("\n");
    if (found.code !== 0 || !signer) {
      return {
        message: `"${SIGNATURES}" is signed by nobody of "${allowedSigners}" (${
          firstLine(found.stderr)
        })`,
      };
    }
    const args = ["-Y", "verify", "-f", allowedSigners, "-I", signer];
    const done = await withInput("ssh-keygen", {
      args: [...args, "-n", NAMESPACE, "-s", file],
      input: manifest,
    });
    return done.code === 0 ? undefined : {
      message: `"${SIGNATURES}" does not bear the signature of ${signer} (${
        firstLine(done.stderr || done.stdout)
      })`,
    };
  });
}

/** Runs a program that reads its standard input. */
async function withInput(
  command: string,
  { args, input }: { readonly args: string[]; readonly input: string },
) {
  const child = new Deno.Command(command, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const [{ code, stdout, stderr }] = await Promise.all([
    child.output(),
    // One that ends early closes it.
    writer.write(new TextEncoder().encode(input))
      .then(() => writer.close()).catch(() => {}),
  ]);
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0]!.trim();
}

async function inTemporaryFolder<Value>(
  work: (folder: string) => Promise<Value>,
): Promise<Value> {
  const folder = await Deno.makeTempDir({ prefix: "n2n-sign-" });
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
