/** The case files, one folder a code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { caseSchema, type Case } from './case-history.ts';

/** Not emitted by the compiler: read where they are written. This file is dist/test/checks/read-cases.js. */
const casesFolder = fileURLToPath(new URL('../../../test/checks/cases', import.meta.url));

export function readCases(): readonly { readonly code: string; readonly name: string; readonly given: Case }[] {
  return readdirSync(casesFolder)
    .sort()
    .flatMap((code) =>
      readdirSync(join(casesFolder, code))
        .sort()
        .map((name) => ({
          code,
          name,
          given: caseSchema.parse(JSON.parse(readFileSync(join(casesFolder, code, name), 'utf8'))),
        })),
    );
}
