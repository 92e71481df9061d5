import type { KnownSubject } from "../subject/subject.ts";
import type { Cell } from "./cell.ts";

/** A cell whose subject is known. */
export interface KnownCell {
  /** The cell. */
  readonly cell: Cell;
  /** What is known of its data and network. */
  readonly subject: KnownSubject;
}
