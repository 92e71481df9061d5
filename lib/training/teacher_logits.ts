import type { Augmentation, Split } from "../data/mod.ts";
import type { Program } from "../engine/mod.ts";
import { predictChunks } from "./predict.ts";

/** Which views of which images the teacher looks at. */
export interface TeacherViews {
  /** Where the images are. */
  readonly split: Split;
  /** Rows of the split that students are trained on; the others stay 0. */
  readonly rows: Uint32Array;
  /** Of each channel, pixels scaled to 0 … 1. */
  readonly mean: readonly number[];
  /** Of each channel, likewise. */
  readonly std: readonly number[];
  /** The students' random views. */
  readonly augmentation: Augmentation;
  /** Epochs of the longest student; one table each when images are augmented. */
  readonly epochs: number;
  /** The run's seed: augmentation is drawn from it. */
  readonly seed: number;
  /** Told after each thousand images how many the teacher has looked at. */
  readonly onForward?: (images: number) => void;
  /** Asked after each thousand images. */
  readonly throwIfInterrupted?: () => void;
}

/** Whether each epoch shows other views of the images. */
export function augments({ cropPadding, flip }: Augmentation): boolean {
  return cropPadding > 0 || flip;
}

/**
 * The teacher's logits for the rows that students are trained on, computed once
 * for all students: one table `[images, classes]` by row of the split in shared
 * memory, or one per epoch when images are augmented.
 */
export async function computeTeacherLogits(
  teacher: Program,
  views: TeacherViews,
): Promise<readonly Float32Array[]> {
  const { split, rows, mean, std, augmentation, epochs, seed } = views;
  const { count, classCount } = split;
  const tables: Float32Array[] = [];
  let forwards = 0;
  for (let epoch = 0; epoch < (augments(augmentation) ? epochs : 1); epoch++) {
    const table = new Float32Array(
      new SharedArrayBuffer(4 * count * classCount),
    );
    const chunks = predictChunks(teacher, {
      split,
      indices: rows,
      mean,
      std,
      views: { augmentation, seed, epoch },
    });
    for await (const { logits, labels, from } of chunks) {
      labels.forEach((_, i) =>
        table.set(
          logits.subarray(i * classCount, (i + 1) * classCount),
          rows[from + i]! * classCount,
        )
      );
      forwards += labels.length;
      views.onForward?.(forwards);
      views.throwIfInterrupted?.();
    }
    tables.push(table);
  }
  return tables;
}
