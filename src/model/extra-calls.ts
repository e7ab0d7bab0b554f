/** System calls that Node has none for, as notes name them: what a host, or its file system, may not have. */
export const extraCalls = ['setxattr', 'fallocate', 'preallocate', 'punchHole', 'zeroRange'] as const;

export type ExtraCall = (typeof extraCalls)[number];
