/** Makes a search's teacher half as wide as the paper's: its first layers have 32 channels. */
export const WIDE_TEACHER = "--width 0.5";
