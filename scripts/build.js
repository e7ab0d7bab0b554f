// Builds everything that ships: the modules and tests with tsc, the agent and the report's script as one file each with esbuild, the JSON Schemas
// for editors from the same zod schemas that the program decodes with.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (path) => join(root, path);

rmSync(at('dist'), { recursive: true, force: true });
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
const tsc = spawnSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', at('tsconfig.json')], { stdio: 'inherit' });
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

/** The agent runs on a host's Node 18 and later, the page's script in any browser of the last years. */
await bundle('src/agent/main.ts', 'dist/agent/agent.cjs', { platform: 'node', target: 'node18', format: 'cjs' });
await bundle('src/report/browser/main.ts', 'dist/report/page.js', {
  platform: 'browser',
  target: 'es2023',
  format: 'iife',
  minify: true,
});
chmodSync(at('dist/src/cli/main.js'), 0o755);

const { schemas } = await import(pathToFileURL(at('dist/src/controller/schemas.js')).href);
mkdirSync(at('dist/schemas'), { recursive: true });
for (const [name, schema] of Object.entries(schemas())) {
  writeFileSync(at(`dist/schemas/${name}.schema.json`), `${JSON.stringify(schema, null, 2)}\n`);
}

/** One file; the metafile tells the architecture test what went in. */
async function bundle(entry, outfile, options) {
  const { metafile } = await build({
    entryPoints: [at(entry)],
    outfile: at(outfile),
    absWorkingDir: root,
    bundle: true,
    charset: 'utf8',
    legalComments: 'none',
    metafile: true,
    ...options,
  });
  writeFileSync(at(`${outfile}.meta.json`), JSON.stringify(metafile));
}
