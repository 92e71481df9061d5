/** Keys of options that may be left out. */
export type OptionalKey<Shape> = {
  [Key in keyof Shape]: undefined extends OptionValue<Shape[Key]> ? Key : never;
}[keyof Shape];

/** What one option's schema gives after validation. */
export type OptionValue<Schema> = Schema extends {
  readonly _zod: { readonly output: infer Value };
} ? Value
  : never;

/** What a record of options' schemas gives after validation. */
export type OptionValues<Shape> =
  & {
    readonly [Key in Exclude<keyof Shape, OptionalKey<Shape>>]: OptionValue<
      Shape[Key]
    >;
  }
  & {
    readonly [Key in OptionalKey<Shape>]?: OptionValue<Shape[Key]>;
  };
