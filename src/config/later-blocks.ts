/**
 * Blocks that configurations already hold and that nothing reads yet, with their number of labels. They are
 * accepted as they are, with a notice; the keys in them are not looked at. A block leaves this list when it
 * gets its keys in the schema.
 */
export const LATER_BLOCKS: Readonly<Record<string, 0 | 1>> = {
  edge: 1,
};
