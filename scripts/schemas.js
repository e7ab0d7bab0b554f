// Publishes the JSON Schemas that the build made: what docs/schemas shows is what this version of funbric writes.
import { cpSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const published = join(root, 'docs/schemas');

rmSync(published, { recursive: true, force: true });
cpSync(join(root, 'dist/schemas'), published, { recursive: true });
