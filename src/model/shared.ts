/** How much of the arena `shared` there is: so little that writers meet. */
export const sharedFiles = 4;
export const sharedChunks = 64;
