/** Loaded before funbric: what it copies for itself is there, and then the copying never ends. Whoever wants to interrupt it meanwhile comes in time. */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { copyFile } = fs;
const hold = async (...given: Parameters<typeof copyFile>): Promise<void> => {
  await copyFile(...given);
  // A promise alone keeps no process awake.
  await new Promise(() => setInterval(() => undefined, 60_000));
};
Object.assign(fs, { copyFile: hold });
syncBuiltinESMExports();
