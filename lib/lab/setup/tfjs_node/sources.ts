import { TFJS_NODE_VERSION } from "../../../engine/mod.ts";
import type { Fingerprint } from "../fingerprint.ts";
import type { Wheel } from "../wheel.ts";

/** A package of npm that the setup uses. */
export interface PinnedPackage {
  /** Its version. */
  readonly version: string;
  /** Digest of the tree of its files, see `treeDigest()`. */
  readonly sha256: string;
}

/** All that is fetched, to the bit. */
export interface TfjsNodeSources {
  /** By name: tfjs-node, what its backend imports, headers for its add-on. */
  readonly packages: Readonly<Record<string, PinnedPackage>>;
  /** Where TensorFlow's library is taken from when the installer gets none. */
  readonly wheel: Wheel;
  /** Its files that the add-on is linked with, by name. */
  readonly libraries: Readonly<Record<string, Fingerprint>>;
}

/** Packages that are used at run time. */
export const RUNTIME_PACKAGES: readonly string[] = [
  "@tensorflow/tfjs-node",
  "google-protobuf",
];

/** Declares Node-API, whose functions Deno offers add-ons as Node.js does. */
export const HEADERS_PACKAGE = "node-api-headers";

/**
 * TensorFlow 2.15.1 for CPython 3.11, of which no file of Python is used: the
 * oldest line of releases whose library exports TensorFlow's C API (the one
 * that tfjs-node names, 2.9.1, has no such library in its wheel).
 */
export const TFJS_NODE_SOURCES: TfjsNodeSources = {
  packages: {
    "@tensorflow/tfjs-node": {
      version: TFJS_NODE_VERSION,
      sha256:
        "c95faad036621d5554883055642fe402d16e4798a08dd30daace61e94d039c94",
    },
    "google-protobuf": {
      version: "3.21.4",
      sha256:
        "af6d96cf2b2177d7711185888850fed814e1c8b4dcc285147959094b2654d91b",
    },
    "node-api-headers": {
      version: "1.5.0",
      sha256:
        "5b1df13191a063cedf2749ef686833bc549d1231baa1a821916ab0b3b6d5c9bc",
    },
  },
  wheel: {
    project: "tensorflow-cpu",
    version: "2.15.1",
    wheel: {
      bytes: 207_208_420,
      sha256:
        "54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26",
    },
    choice: [
      ...["--implementation", "cp", "--python-version", "3.11"],
      ...["--abi", "cp311", "--platform", "manylinux_2_17_x86_64"],
    ],
  },
  libraries: {
    "libtensorflow_cc.so.2": {
      bytes: 564_733_624,
      sha256:
        "26c52413c74ae9495f742c93b87fcb515c9010627f3feb5ad29b65dff901a2ee",
    },
    "libtensorflow_framework.so.2": {
      bytes: 49_042_544,
      sha256:
        "1ed1f34811d338f934cb01155be51963f7a8ef4155cd201d0fba34b27425fc6b",
    },
  },
};
