/** Codes of the design that are not looked for, each with its reason. */
export const notBuilt: readonly { readonly codes: string; readonly reason: string }[] = [
  { codes: 'N11, N12', reason: 'two names of one file show as D07 and M03; the workload renames no folders' },
  { codes: 'L07', reason: 'locks are asked for without waiting, and nobody promises a turn to one who does not wait' },
];
