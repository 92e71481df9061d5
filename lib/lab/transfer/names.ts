/**
 * Names for people.
 *
 * @module
 */

import { subjectName, subjectTitle } from "../compression/titles.ts";
import type { CompressionConfig } from "../options/compression.ts";
import type { TransferArm, TransferContent } from "./content.ts";

/** What each kind of search is called. */
export const ARM_TITLES: Readonly<Record<TransferArm, string>> = {
  pretrained: "pre-trained",
  scratch: "scratch",
  biased: "scratch, biased",
};

/** "ResNet-18 to ResNet-34 on MNIST", "VGG-11 on Fashion-MNIST to VGG-19 on MNIST". */
export function transferTitle({ source, target }: TransferContent): string {
  const from = subjectTitle(source as Subject);
  const to = subjectTitle(target as Subject);
  return source.dataset === target.dataset
    ? `${from.split(" on ")[0]} to ${to}`
    : `${from} to ${to}`;
}

/** "ResNet-34 on MNIST, width 0.125". */
export function targetTitle(
  { identity: { config } }: TransferContent,
): string {
  return subjectName(config);
}

/** "ResNet-18", "ResNet-18 on Fashion-MNIST" where that is not the target's set. */
export function sourceTitle({ source, target }: TransferContent): string {
  const title = subjectTitle(source as Subject);
  return source.dataset === target.dataset ? title.split(" on ")[0]! : title;
}

type Subject = Pick<CompressionConfig, "network" | "dataset">;
