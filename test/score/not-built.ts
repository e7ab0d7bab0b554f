/** Codes of the table of checks that are not looked for, each with its reason. */
export const notBuilt: readonly { readonly code: string; readonly name: string; readonly reason: string }[] = [
  {
    code: 'D10',
    name: 'interleaved write',
    reason: 'needs several writers of one chunk: the arena `shared` is to come',
  },
];
