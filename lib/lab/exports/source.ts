import type { Weights } from "../../engine/mod.ts";
import type { Preprocessing } from "../../exchange/mod.ts";
import type { Network } from "../../network/mod.ts";
import type { DataIdentity } from "../subject/data_options.ts";

/** A trained network that is recorded, with its weights. */
export interface ExportSource {
  /** What it is called: "mnist-vgg13-w0.25". */
  readonly name: string;
  /** The record, for people: "teachers/mnist-vgg13-w0.25, record digest 3f7a…". */
  readonly source: string;
  /** The network, in canonical form. */
  readonly network: Network;
  /** Its weights. */
  readonly weights: Weights;
  /** The data that it was trained on. */
  readonly data: DataIdentity;
  /** Its test accuracy as recorded, in [0, 1]. */
  readonly test: number;
  /** How its images are prepared, where that is not the data set's own way. */
  readonly preprocessing?: Preprocessing;
  /** The teacher that it was made from, where it is a student. */
  readonly teacher?: RecordedTeacherNetwork;
}

/** What a student's record says of its teacher. */
export interface RecordedTeacherNetwork {
  /** The network, in canonical form. */
  readonly network: Network;
  /** Its test accuracy as recorded, in [0, 1]. */
  readonly test: number;
  /** Name of the run that compressed it: "rq1/3f7a…". */
  readonly runId: string;
  /** SHA-256 of its weights, where they were not trained by that run. */
  readonly weights?: string;
}
