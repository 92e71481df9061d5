/** Command lines and files of options that are wrong. */

import { command as rq1 } from "../../experiments/rq1_compression.ts";
import { command as teacher } from "../../experiments/teacher.ts";
import { readRequest } from "../../experiments/data.ts";
import { command as exporting } from "../../experiments/export.ts";
import { readRegress } from "../../experiments/regress.ts";
import { command as results } from "../../experiments/results.ts";
import { EXPERIMENTS } from "../../experiments/all.ts";
import { parseCommand, parseOptions } from "../../lib/cli/mod.ts";
import type { BadInput } from "./_refuse.ts";

const USAGE = 2;

/** rq1 with a file of options. */
function file(
  name: string,
  text: string | Uint8Array,
  message: RegExp,
): BadInput {
  return {
    name: `file: ${name}`,
    files: { "own.yaml": text },
    use: (folder) => parseCommand(rq1, ["--config", `${folder}/own.yaml`]),
    code: USAGE,
    message,
  };
}

/** Every level has ten of the level before: 10 ** 7 texts in 8 lines. */
const BOMB = [
  "a0: &a0 [x,x,x,x,x,x,x,x,x,x]",
  ...Array.from({ length: 7 }, (_, level) => {
    const alias = `*a${level}`;
    return `a${level + 1}: &a${level + 1} [${Array(10).fill(alias).join(",")}]`;
  }),
  "",
].join("\n");

export const FILES: readonly BadInput[] = [
  file("aliases of aliases", BOMB, /Excessive alias count/),
  file("nothing", "", /:1:1: the file is empty/),
  file("blanks", "  \n\n", /:1:1: the file is empty/),
  file("null", "null\n", /:1:1: the file is empty/),
  file("~", "~\n", /:1:1: the file is empty/),
  file("a text", "width\n", /:1:1: it is not a mapping/),
  file("a number", "3\n", /:1:1: it is not a mapping/),
  file("a list", "- width: 1\n", /:1:1: it is not a mapping/),
  file("JSON that is cut", '{"width": 1', /:1:12: .*must end with a }/),
  file("a tab", "student:\n\tepochs: 1\n", /:2:1: Tabs are not allowed/),
  file("a key twice", "width: 1\nwidth: 1\n", /:2:1: Map keys must be unique/),
  file(
    "a key twice within",
    "student: {epochs: 1, epochs: 2}\n",
    /:1:22: Map keys must be unique/,
  ),
  file("two documents", "width: 1\n---\nwidth: 1\n", /multiple documents/),
  file("an open quote", 'width: "1\n', /Missing closing "quote/),
  file("a tag", "width: !big 1\n", /Unresolved tag/),
  file("a function", "width: !!js/function 'x'\n", /Unresolved tag/),
  file("binary", "width: !!binary aGk=\n", /Unresolved tag/),
  file("a date's tag", "width: !!timestamp 2018-04-30\n", /Unresolved tag/),
  file("a set", "student: !!set {epochs}\n", /Unresolved tag/),
  file("an alias of nothing", "width: *a\n", /Unresolved alias/),
  file("an alias of itself", "student: &a {epochs: *a}\n", /within itself/),
  file("a merge key", "<<: {width: 1}\n", /unknown key "<<"/),
  file("NUL", 'engine: "a\\0b"\n', /has the character NUL/),
  file("Latin-1", Uint8Array.of(0x61, 0x3a, 0x20, 0xe4), /is not UTF-8 text/),
  file("UTF-16", Uint8Array.of(0xff, 0xfe, 0x61, 0), /is not UTF-8 text/),
  file("a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47), /not UTF-8 text/),
  file("__proto__", "__proto__: {width: 1}\n", /unknown key "__proto__"/),
  file("constructor", "constructor: 1\n", /unknown key "constructor"/),
  file("toString", "student: {toString: 1}\n", /"student\.toString"/),
  file("a misspelt key", "widht: 1\n", /did you mean "width"/),
  file("a misspelt key within", "student: {epoch: 1}\n", /mean "epochs"/),
  file("a number as key", "1: 1\n", /unknown key "1"/),
  file("an empty key", '"": 1\n', /unknown key ""/),
  file("a list as key", "[a]: 1\n", /unknown key "\[ a \]"/),
  file("an option of the command line", "fresh: true\n", /key "fresh"/),
  file("a group that is a text", "student: much\n", /expected a mapping/),
  file("a group that is a list", "student: [1]\n", /expected a mapping/),
  file("a group that is nothing", "student:\n", /expected a mapping/),
  file("a value that is a group", "width: {a: 1}\n", /width \{.*expected/),
  file("a value that is a list", "width: [1]\n", /width \[1\]: expected/),
  file("a value that is nothing", "width:\n", /width null: expected/),
  file("a text for a number", "width: wide\n", /expected a number/),
  file("a number in quotes", 'width: "1"\n', /width "1": expected a number/),
  file("hexadecimal that is too much", "seed: 0x1p5\n", /seed "0x1p5"/),
  file("infinity", "width: .inf\n", /width Infinity: expected/),
  file("not a number", "width: .nan\n", /width NaN: expected/),
  file("more than a double holds", "width: 1e999\n", /Infinity: expected/),
  file("below nothing", "width: -1\n", /expected a number > 0/),
  file("nothing of a width", "width: 0\n", /expected a number > 0/),
  file("a fraction of epochs", "student: {epochs: 1.5}\n", /an integer/),
  file("yes for true", "skipBroken: yes\n", /skipBroken "yes"|unknown key/),
  file("too many iterations", "removal: {iterations: 1e15}\n", /<= /),
  file("nesting", `width: ${"[".repeat(3000)}`, /own\.yaml/),
  file("a file too large", `# ${"x".repeat(2 ** 18)}`, /at most 262144/),
  file("a colon too many", "width: 1: 2\n", /:1:\d+: /),
  file("an indent too many", "width: 1\n  seed: 1\n", /:\d+:\d+: /),
  file("a bracket too many", "width: 1]\n", /:1:\d+: |expected a number/),
  file("an anchor without a value", "width: &a\n", /width null/),
  file("a directive", "%YAML 9.9\n---\nwidth: 1\n", /:1:\d+: /),
  file("an unknown profile of a preset", "method: worst\n", /method "worst"/),
  file("subjects that are a text", "subjects: mnist\n", /subjects "mnist"/),
  file("a subject that is a text", "subjects: [mnist]\n", /each a mapping/),
  file("seed 0", "seed: 0\n", /an integer >= 1/),
  file(
    "a seed beyond integers",
    "seed: 9007199254740993\n",
    /<= 9007199254740991/,
  ),
];

/** Flags of a command, and what is said of them. */
type Flags = readonly [readonly string[], RegExp];

function flags(
  title: string,
  parse: (args: readonly string[]) => unknown,
  lines: readonly Flags[],
): readonly BadInput[] {
  return lines.map(([args, message]) => ({
    name: `${title} ${args.join(" ").slice(0, 60)}`,
    use: () => parse(args),
    code: USAGE,
    message,
  }));
}

/** What no experiment takes. */
const OF_ALL: readonly Flags[] = [
  [["--nonsense"], /unknown option "--nonsense"/],
  [["--seed", "0"], /^--seed 0: expected an integer >= 1/],
  [["--profile", "smoek"], /did you mean "smoke"/],
  [["--config", "nowhere.yaml"], /there is no such file/],
  [["more"], /unexpected argument "more"/],
  [["--results", "a\0b"], /expected a path without NUL/],
  [["--log.tensorboard="], /^--log\.tensorboard : expected/],
  [["--log.tensorboard=~/x"], /expected a path without "~"/],
  [["--log.tensorbord", "x"], /did you mean "--log\.tensorboard"/],
  [["--log", "tensorboard=x"], /did you mean "--log\.tensorboard"/],
];

export const LINES: readonly BadInput[] = [
  ...EXPERIMENTS.flatMap(({ report, command }) =>
    flags(report.question, (args) => parseCommand(command, args), OF_ALL)
  ),
  ...flags("rq1", (args) => parseCommand(rq1, args), [
    [["--seed"], /^--seed: a value is missing/],
    [["--seed="], /^--seed : expected an integer/],
    [["--seed", " 1"], /expected an integer/],
    [["--seed", "1_000"], /expected an integer/],
    [["--seed", "0x10"], /expected an integer/],
    [["--seed", "1,2"], /expected an integer/],
    [["--seed", "٣"], /expected an integer/],
    [["--seed", "-1"], /expected an integer >= 1/],
    [["--seed", "1.5"], /expected an integer/],
    [["--seed", "1e999"], /expected an integer/],
    [["--seed", "nan"], /expected an integer/],
    [["--seed", "9007199254740992"], /<= 9007199254740991/],
    [["--seed", "1", "--seed", "1"], /given twice/],
    [["--workers", "0"], /an integer >= 1 and <= 1024/],
    [["--workers", "1025"], /an integer >= 1 and <= 1024/],
    [["--workers", "auto"], /an integer >= 1/],
    [["--engine", "torch"], /^--engine torch: expected onnx-cpu/],
    [["--engine", "ONNX-CPU"], /^--engine ONNX-CPU: expected onnx-cpu/],
    [["--engine", ""], /^--engine : expected onnx-cpu/],
    [["--fresh", "true"], /did you mean --fresh=true/],
    [["--fresh=maybe"], /expected true or false|expected /],
    [["--no-fresh=1"], /expected no value/],
    [["--dry-run", "false"], /did you mean --dry-run=false/],
    [["--", "--seed", "1"], /needs no -- before options/],
    [["-x"], /unexpected argument "-x"/],
    [["-seed", "1"], /unexpected argument "-seed"/],
    [["—seed", "1"], /unexpected argument "—seed"/],
    [["seed=1"], /unexpected argument "seed=1"/],
    [["--Seed", "1"], /unknown option "--Seed".*did you mean "--seed"/],
    [["--student.epoch", "1"], /did you mean "--student\.epochs"/],
    [["--student"], /--student/],
    [["--width", "1e9"], /<= /],
    [["--width", "NaN"], /expected a number > 0/],
    [["--width", "-0"], /expected a number > 0/],
    [["--width", "1/4"], /expected a number > 0/],
    [["--network", "vgg 13"], /expected .*vgg13/],
    [["--network", "../vgg13"], /expected .*vgg13/],
    [["--dataset", "mnits"], /did you mean "mnist"/],
    [["--dataset", "folder:"], /^--dataset folder:: expected/],
    [["--dataset", "folder:~/x"], /expected a path without "~"/],
    [["--data="], /^--data : expected/],
    [["--data=~/x"], /expected a path without "~"/],
    [["--teacher="], /^--teacher : expected/],
    [["--config="], /^--config : expected/],
    [["--results="], /^--results : expected/],
    [["--images", "-1"], /expected an integer/],
    [["--images", "1e18"], /<= /],
    [["--validation", "-5"], /expected an integer/],
    [["--student.batch-size", "0"], /expected an integer >= 1/],
    [["--student.batch-size", "2147483648"], /<= /],
    [["--student.learning-rate", "0"], /> 0/],
    [["--student.learning-rate", "1e-999"], /> 0/],
    [["--removal.iterations", "1e15"], /<= /],
    [["--removal.rollouts", "1e9"], /<= /],
    [["--removal.hidden", "5000"], /<= /],
    [["--removal.baseline-decay", "2"], /<= 1|< 1/],
    [["--finalists", "1e12"], /<= /],
    [["--final.epochs", "-1"], /an integer >= 1/],
    [["--distillation.views", "0"], /an integer >= 1/],
    [["--size", "1e9"], /<= /],
    [["--method", "papre"], /did you mean "paper"/],
    [[`--${"x".repeat(5000)}`], /unknown option "--xxx/],
  ]),
  ...flags("teacher", (args) => parseOptions(teacher, args), [
    [["--network", "alexnet"], /expected .*vgg13/],
    [["--recipe.epochs", "0"], /an integer >= 1/],
    [["--recipe.learning-rate", "none"], /expected a number/],
    [["--recipe", "fast"], /--recipe/],
    [["--seed", "0"], /expected an integer >= 1|unknown option/],
    [["--precision", "bf15"], /expected .*bf16/],
    [["--log.tensorboard", "a\0b"], /expected a path without NUL/],
    [["--profile", "smoke"], /unknown option "--profile"/],
    [["mnist"], /unexpected argument "mnist"/],
  ]),
  ...flags("data", readRequest, [
    [["fetsh", "mnist"], /did you mean "fetch"/],
    [["fetch"], /fetch nothing: expected one of/],
    [["fetch", "mnits"], /did you mean "mnist"/],
    [["fetch", "mnist", "svhn"], /expected one name after "fetch"/],
    [["list", "mnist"], /expected no name after "list"/],
    [["show", "folder"], /expected one of/],
    [["show", "../mnist"], /expected one of/],
    [["show", "mnist", "--size", "0"], /expected an integer/],
    [["show", "mnist", "--out="], /^--out : expected/],
    [["--fetch", "mnist"], /unknown option "--fetch"/],
  ]),
  ...flags("export", (args) => parseOptions(exporting, args), [
    [["--to", "pickle"], /expected onnx, safetensors, pytorch or tfjs/],
    [["--teacher="], /^--teacher : expected/],
    [["--images", "0"], /an integer >= 1/],
    [["--runs", "1e9"], /<= 100000/],
    [["--dataset", "mnist"], /^--dataset mnist: expected/],
    [["--out", "a\0b"], /expected a path without NUL/],
  ]),
  ...flags("regress", readRegress, [
    [["rq9"], /"rq9": expected some of rq1/],
    [["rq1", "--engine", "gpu"], /expected onnx-cpu/],
    [["--updat"], /did you mean "--update"/],
  ]),
  ...flags("results", (args) => parseOptions(results, args), [
    [["--chek"], /did you mean "--check"/],
    [["rq1"], /unexpected argument "rq1"/],
  ]),
];
