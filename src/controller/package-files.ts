/** Where this package lies: its templates, tasks, profiles and agent, as installed. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FunbricError } from '../model/errors.ts';

/** This file is dist/src/controller/package-files.js. */
const packageFolder = join(dirname(fileURLToPath(import.meta.url)), '../../..');

export const packageFiles = {
  root: packageFolder,
  agent: join(packageFolder, 'dist/agent/agent.cjs'),
  tasks: join(packageFolder, 'tasks'),
  profiles: join(packageFolder, 'tasks/profiles'),
  templates: join(packageFolder, 'templates'),
  hello: join(packageFolder, 'templates/init/hello.ts'),
  hostsSchema: join(packageFolder, 'dist/schemas/hosts.schema.json'),
} as const;

export function packageVersion(): string {
  const content: unknown = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  // Said with every start, so without a schema.
  const version = typeof content === 'object' && content !== null && 'version' in content ? content.version : undefined;
  if (typeof version === 'string') return version;
  throw new FunbricError('bug', `${packageFolder}/package.json has no version`);
}
