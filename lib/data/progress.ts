/**
 * What opening a data set is doing: waiting for another process's lock,
 * downloading or decoding or writing a file, or having set a corrupt file aside
 * under the name `file`.
 */
export interface DataProgress {
  /** Kind of work. */
  readonly action: "wait" | "download" | "decode" | "write" | "setAside";
  /** Path or address of the file at work. */
  readonly file: string;
  /** Bytes dealt with so far. */
  readonly bytes: number;
  /** Bytes in all, where they are known. */
  readonly totalBytes?: number;
}
