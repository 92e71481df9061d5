import { join } from "node:path";
import { type CommandRunner, UsageError } from "../../../cli/mod.ts";
import { faultOf, FingerprintError, fingerprintOf } from "../fingerprint.ts";
import { unzipFiles } from "../unzip.ts";
import { quote, withWheel } from "../wheel.ts";
import type { TfjsNodeSources } from "./sources.ts";

/** Headers that the add-on includes, and those that these include. */
const INCLUDE = "tensorflow/include/";
const HEADERS =
  /^tensorflow\/include\/(tensorflow\/c|tsl\/c|(tensorflow\/core|tsl)\/platform\/ctstring)/;

/** What the add-on is built from, and where to. */
export interface BuildOptions {
  /** Runs pip and the compiler. */
  readonly run: CommandRunner;
  /** Tells the person watching what takes time. */
  readonly tell: (line: string) => void;
  /** Programs to try as a C++ compiler. */
  readonly compilers: readonly string[];
  readonly sources: Pick<TfjsNodeSources, "wheel" | "libraries">;
  /** A folder for what is not kept. */
  readonly scratch: string;
  /** Folder of tfjs-node's files, with the add-on's source. */
  readonly source: string;
  /** Folder of the package that declares Node-API. */
  readonly nodeHeaders: string;
  /** The package's folder to fill. */
  readonly target: string;
}

/**
 * Takes TensorFlow's library and headers out of a wheel, and builds the add-on
 * from the package's own source.
 *
 * @throws {UsageError} If there is no compiler or no pip, or one fails.
 * @throws {FingerprintError} If what was fetched is not what it must be.
 */
export async function buildNative(options: BuildOptions): Promise<void> {
  const { run, tell, scratch, sources, target } = options;
  // First: it is no use to fetch what cannot be built with.
  const compiler = await findCompiler(options);
  const libraries = join(target, "deps", "lib");
  const include = join(scratch, "include");
  await withWheel(sources.wheel, { run, tell, dir: scratch }, async (wheel) => {
    tell("Unpacking TensorFlow's library");
    await unzipFiles(wheel, (name) => {
      if (HEADERS.test(name)) return join(include, name.slice(INCLUDE.length));
      const file = name.slice("tensorflow/".length);
      return name.startsWith("tensorflow/") &&
          Object.hasOwn(sources.libraries, file)
        ? join(libraries, file)
        : undefined;
    });
  });
  for (const [name, expected] of Object.entries(sources.libraries)) {
    const fault = faultOf(await fingerprintOf(join(libraries, name)), expected);
    if (fault !== undefined) {
      throw new FingerprintError(`Cannot use ${name}: ${fault}`);
    }
  }
  await compile(compiler, { ...options, include, libraries });
}

async function findCompiler(
  { run, compilers }: Pick<BuildOptions, "run" | "compilers">,
): Promise<string> {
  for (const compiler of compilers) {
    if ((await run(compiler, ["--version"]))?.code === 0) return compiler;
  }
  throw new UsageError(
    `Cannot find a C++ compiler: tried ${
      compilers.map((name) => `"${name}"`).join(", ")
    }, expected one that runs; Debian and Ubuntu: apt-get install g++, or name ` +
      `one in CXX`,
  );
}

async function compile(
  compiler: string,
  { run, tell, source, target, nodeHeaders, sources, include, libraries }:
    & BuildOptions
    & { readonly include: string; readonly libraries: string },
): Promise<void> {
  const folder = join(target, "lib", "napi-v8");
  await Deno.mkdir(folder, { recursive: true });
  tell(`Building the add-on with ${compiler}`);
  const result = await run(compiler, [
    ...["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8"],
    ...["-I", join(nodeHeaders, "include"), "-I", include, "-I", source],
    ...["tfjs_backend.cc", "tfjs_binding.cc"]
      .map((file) => join(source, "binding", file)),
    ...["-o", join(folder, "tfjs_binding.node"), "-L", libraries],
    ...Object.keys(sources.libraries).map((name) => `-l:${name}`),
    // Found beside the add-on, wherever the project's folder is moved to.
    "-Wl,-rpath,$ORIGIN/../../deps/lib",
  ]);
  if (result?.code === 0) return;
  throw new UsageError(
    `Cannot build tfjs-node's add-on: ${compiler} ended with code ${
      result?.code ?? "none"
    }, expected 0; it needs C++17 and its standard library's headers ` +
      `(Debian and Ubuntu: apt-get install g++)${quote(result?.stderr ?? "")}`,
  );
}
