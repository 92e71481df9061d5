/**
 * What the page shows, as JSON: made by `data/`, drawn by `page/`.
 *
 * @module
 */

/** How a cell is. */
export type RunState =
  | "running"
  | "waiting"
  | "silent"
  | "interrupted"
  | "failed"
  | "done"
  | "not run";

/** A part of a run: foreseen, and how it came. */
export interface PartView {
  /** Which, for example "removal". */
  readonly name: string;
  /** Seconds that it was foreseen to take, when the run began. */
  readonly foreseen?: number;
  /** Seconds that its work took in the last command. */
  readonly measured?: number;
  /** Seconds that the same work was foreseen to take. */
  readonly expected?: number;
}

/** What students cost so far. */
export interface CostView {
  /** Students that were proposed. */
  readonly proposed: number;
  /** Proposals without a student. */
  readonly rejected: number;
  /** Proposals of a student that was proposed before. */
  readonly repeated: number;
  /** Distinct students. */
  readonly trained: number;
  /** Of these, trainings that failed. */
  readonly failed: number;
  /** Epochs of all of them. */
  readonly studentEpochs: number;
  /** Seconds of training threads, where they are known. */
  readonly workerSeconds?: number;
  /** Seconds that passed, where they are known. */
  readonly wallSeconds?: number;
  /** Trainings that the store remembered from before, where it is known. */
  readonly remembered?: number;
}

/** A cell in the list. */
export interface RunSummary {
  /** Name of it on this page: question/profile/cell, and more where that is not all. */
  readonly id: string;
  /** Folder below the results. */
  readonly question: string;
  /** The profile. */
  readonly profile: string;
  /** The cell; of a search within one, that and its own name. */
  readonly cell: string;
  /** Its name within the cell, where that has several searches. */
  readonly search?: string;
  /** Network and data for people, where they are known. */
  readonly subject?: string;
  /** Its arm, where it is known. */
  readonly arm?: string;
  /** Seed of its search, where it is known. */
  readonly seed?: number;
  /** How it is. */
  readonly state: RunState;
  /** Why it failed, or was not run. */
  readonly reason?: string;
  /** What it does now. */
  readonly phase?: {
    /** For people. */
    readonly label: string;
    /** Steps that are done. */
    readonly done: number;
    /** Steps in all. */
    readonly total: number;
    /** Name of a step in the plural. */
    readonly unit: string;
    /** Seconds until its end. */
    readonly seconds: number;
  };
  /** Seconds until the end of it and of the cells behind it. */
  readonly seconds?: number;
  /** Seconds since it was heard of last, in whole minutes, where it is silent. */
  readonly silentSeconds?: number;
  /** Share that is done, in [0, 1], of what was foreseen. */
  readonly share?: number;
  /** Students that are trained at a time. */
  readonly workers?: number;
  /** What it cost. */
  readonly cost?: CostView;
  /** Part by part. */
  readonly parts: readonly PartView[];
  /** Changes whenever its course does; undefined where it has none. */
  readonly revision?: string;
}

/** A quantity of every student; null where there is none. */
export type Column<T> = readonly (T | null)[];

/** Every proposal of a stage, a column a quantity. */
export interface StudentColumns {
  /** Iteration of the stage, from 0. */
  readonly iteration: readonly number[];
  /** R, or -1. */
  readonly reward: readonly number[];
  /** Validation accuracy after the short training, in [0, 1]. */
  readonly accuracy: Column<number>;
  /** Trainable parameters. */
  readonly parameters: Column<number>;
  /** Multiply-accumulates of one image. */
  readonly macs: Column<number>;
  /** Bytes of all activations of one image. */
  readonly bytes: Column<number>;
  /** Measured milliseconds of a prediction, where that is limited. */
  readonly latency: Column<number>;
  /** Epochs trained for it. */
  readonly epochs: Column<number>;
  /** Start of the network's id. */
  readonly name: Column<string>;
  /** "new", "repeated", "rejected", "failed", or "over a limit". */
  readonly kind: readonly StudentKind[];
  /** Why it is no student, failed or breaks a limit. */
  readonly reason: Column<string>;
}

/** What became of a proposal. */
export type StudentKind =
  | "new"
  | "repeated"
  | "rejected"
  | "failed"
  | "over a limit";

/** What the strategy was at an iteration. */
export interface IterationView {
  /** What it tends to, per row; four decimals. */
  readonly tendency: readonly number[];
  /** What rewards were compared with. */
  readonly baseline?: number;
  /** Mean entropy of the free steps' distributions, in nats. */
  readonly entropy?: number;
  /** Norm of the gradient. */
  readonly gradientNorm?: number;
}

/** A stage's course. */
export interface StageView {
  /** "removal", "shrinkage", "joint". */
  readonly kind: string;
  /** For people. */
  readonly title: string;
  /** Iterations that it will have at most. */
  readonly planned: number;
  /** What is decided on, in the order of tendencies. */
  readonly rows: readonly { readonly label: string; readonly free: boolean }[];
  /** One each. */
  readonly iterations: readonly IterationView[];
  /** Every proposal. */
  readonly students: StudentColumns;
  /** Its winner, where there is one: place among the students. */
  readonly winner?: number;
}

/** The network that all students are made of. */
export interface TeacherView {
  /** Trainable parameters. */
  readonly parameters: number;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** Bytes of all activations of one image. */
  readonly bytes: number;
  /** Accuracy on the images that score students, in [0, 1]. */
  readonly accuracy: number;
  /** Its layers. */
  readonly layers: readonly LayerRow[];
}

/** How to train a run's students again. */
export interface AgainView {
  /** The command. */
  readonly command: string;
  /** The engine that has the same bits: "onednn (oneDNN 2.6.0, plan 4, x86_64, AVX2 (0x7))". */
  readonly engine: string;
  /** SHA-256 of the weights of the recorded teacher that was taken, if one was. */
  readonly teacher?: string;
}

/** A run's course. */
export interface RunCourse {
  /** Of the summary. */
  readonly id: string;
  /** Of the summary. */
  readonly revision: string;
  /** The teacher, once there is one. */
  readonly teacher?: TeacherView;
  /** How to train its students again, where a command can say it. */
  readonly again?: AgainView;
  /** Stages that have begun, in order. */
  readonly stages: readonly StageView[];
}

/** A layer of the teacher with the small ones behind it. */
export interface LayerRow extends LayerSize {
  /** "conv3 16". */
  readonly label: string;
  /** Number of the residual block that it is in. */
  readonly block?: number;
  /** Batch norm, ReLU and dropout behind it. */
  readonly small: readonly string[];
}

/** Sizes of a layer with the small ones behind it. */
export interface LayerSize {
  /** Output channels; 0 where it has none of its own, or is gone. */
  readonly channels: number;
  /** Trainable parameters. */
  readonly parameters: number;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** Bytes of the outputs of one image. */
  readonly bytes: number;
}

/**
 * What is left of a row in a student, as a report holds thousands of them: whether
 * the layer itself is left, and each small one behind it, as digits; then channels,
 * parameters, multiply-accumulates, bytes, and what else changed, if anything.
 */
export type LayerLeft = readonly [
  kept: string,
  channels: number,
  parameters: number,
  macs: number,
  bytes: number,
  change?: string,
];

/** A training of a student. */
export interface TrainingView {
  /** "search", "rung 1", "final". */
  readonly name: string;
  /** Epochs of its recipe. */
  readonly epochs: number;
  /** Mean loss of each epoch, where the store has it. */
  readonly losses?: readonly number[];
  /** Accuracy after each epoch, where it was measured. */
  readonly validations?: readonly number[];
  /** Validation accuracy at its end. */
  readonly accuracy?: number;
  /** Seconds of one thread. */
  readonly seconds?: number;
  /** Why it failed. */
  readonly failure?: string;
  /** Whether it starts from inherited weights. */
  readonly isInherited: boolean;
}

/** A student, opened. */
export interface StudentView {
  /** What is left of each of the teacher's rows. */
  readonly left: readonly LayerLeft[];
  /** The network in one line. */
  readonly text: string;
  /** Bytes of all its activations of one image, sums of blocks among them. */
  readonly bytes: number;
  /** Its trainings, as far as they are known. */
  readonly trainings: readonly TrainingView[];
  /** Where its training was proposed, its own run and stage among them. */
  readonly shared: readonly SharedTraining[];
}

/** Proposals of a stage with the same training. */
export interface SharedTraining {
  /** Its run. */
  readonly run: string;
  /** Its stage, from 0. */
  readonly stage: number;
  /** Iteration of the first, from 0. */
  readonly iteration: number;
  /** Place of the first among the stage's students. */
  readonly student: number;
  /** How many they are. */
  readonly times: number;
}

/** What a report holds: everything at once. */
export interface Report {
  /** Every cell. */
  readonly runs: readonly RunSummary[];
  /** Their courses, by id. */
  readonly courses: Readonly<Record<string, RunCourse>>;
  /** Students, each once. */
  readonly views: readonly StudentView[];
  /** Of each proposal its student, by id, stage and place; -1 where there is none. */
  readonly students: Readonly<Record<string, readonly (readonly number[])[]>>;
}
