import type {
  CellEnvironment,
  CompressionConfig,
  FinalContent,
  Identity,
  LiveNote,
  StageNote,
} from "../../lab/mod.ts";
import type { Network } from "../../network/mod.ts";
import type { PolicyKind } from "../../policy/mod.ts";
import type { IterationRecord } from "../../search/mod.ts";

/** What is known of a cell, from its record, the store, or an index alone. */
export interface KnownRun {
  /** Folder below the results. */
  readonly question: string;
  /** The profile. */
  readonly profile: string;
  /** Name of the cell. */
  readonly cell: string;
  /** Which of the searches of a cell it is, where that has several. */
  readonly search?: {
    /** Its name within the cell. */
    readonly name: string;
    /** Whether all its iterations are there. */
    readonly isWhole: boolean;
    /** What its cell says of itself. */
    readonly cellLive?: LiveNote;
  };
  /** Name of its progress in the store, where its identity is known. */
  readonly runId?: string;
  /** All that its outcome depends on. */
  readonly identity?: Identity<CompressionConfig>;
  /** Why there is no record, where that is told, or why it cannot be read. */
  readonly lacking?: string;
  /** Whether there is a record. */
  readonly isRecorded: boolean;
  /** How it was run, where it is recorded. */
  readonly environment?: CellEnvironment;
  /** What it says of itself. */
  readonly live?: LiveNote;
  /** How it was begun. */
  readonly command?: string;
  /** The teacher, once there is one. */
  readonly teacher?: { readonly network: Network; readonly accuracy: number };
  /** Stages that have begun. */
  readonly stages: readonly KnownStage[];
  /** Changes whenever the stages do. */
  readonly revision: string;
}

/** What is known of a stage. */
export interface KnownStage {
  /** Which. */
  readonly kind: PolicyKind;
  /** The network that it starts from. */
  readonly base: Network;
  /** One an iteration. */
  readonly records: readonly IterationRecord[];
  /** How its students are trained, where that was noted. */
  readonly trainings?: Pick<StageNote, "training" | "finals">;
  /** Trainings of its best students as recorded, each rung and then the end. */
  readonly finals: readonly (readonly FinalContent[])[];
  /** Its best student, where it is recorded. */
  readonly winner?: { readonly networkId: string; readonly reward: number };
}
