/**
 * What opening a data set is doing: waiting for another process's lock,
 * downloading or decoding or writing a file, having set a corrupt file aside under
 * the name `file`, or leaving out what is no part of a folder's set.
 */
export interface DataProgress {
  /** Kind of work. */
  readonly action:
    | "wait"
    | "download"
    | "decode"
    | "write"
    | "setAside"
    | "leaveOut";
  /** Path or address of the file at work. */
  readonly file: string;
  /** Bytes dealt with so far. */
  readonly bytes: number;
  /** Who holds the lock that is waited for, in words. */
  readonly holder?: string;
  /** Bytes in all, where they are known. */
  readonly totalBytes?: number;
}
