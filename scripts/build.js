// Builds everything that ships: the modules and tests with tsc; the command, the agent and the report's script with esbuild; the JSON Schemas
// for editors from the same zod schemas that the program decodes with.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (path) => join(root, path);

rmSync(at('dist'), { recursive: true, force: true });
const packages = Object.keys(JSON.parse(readFileSync(at('package.json'), 'utf8')).dependencies);
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
await bundleProgram();

const { schemas } = await import(pathToFileURL(at('dist/src/controller/schemas/schemas.js')).href);
mkdirSync(at('dist/schemas'), { recursive: true });
for (const [name, schema] of Object.entries(schemas())) {
  writeFileSync(at(`dist/schemas/${name}.schema.json`), `${JSON.stringify(schema, null, 2)}\n`);
}

/**
 * The command in a few files instead of hundreds, which halves its start; what it loads late (a run, the report, the demo)
 * stays in files of its own. They lie as deep below the package as the modules do, which look for its files from where they are.
 */
async function bundleProgram() {
  await build({
    // Threads run the others: of a merge, and during the stress. controller/merge/checkers.ts and controller/live/looker.ts
    // look for them beside themselves.
    entryPoints: {
      funbric: at('dist/src/cli/main.js'),
      'checker-thread': at('dist/src/controller/merge/checker-thread.js'),
      'look-thread': at('dist/src/controller/live/look-thread.js'),
    },
    outdir: at('dist/bin/program'),
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    legalComments: 'none',
    // Other packages are no ES modules, or read files of theirs.
    plugins: [withoutLanguages(), required()],
    external: packages.filter((name) => !['chalk', 'fast-xml-parser', 'p-map', 'zod'].includes(name)),
  });
  chmodSync(at('dist/bin/program/funbric.js'), 0o755);
}

/**
 * Packages that are CommonJS are required. An import has Node.js read all their sources for the names of their exports before it loads
 * them: a tenth of the start of a command.
 */
function required() {
  const names = { handlebars: [], jiti: ['createJiti'], 'node-ssh': ['NodeSSH'], ssh2: [] };
  const text = (name) => `
    import { createRequire } from 'node:module';
    const all = createRequire(import.meta.url)('${name}');
    export default all;
    export const { ${names[name].join()} } = all;`;
  return {
    name: 'required',
    setup(bundler) {
      const filter = new RegExp(`^(${Object.keys(names).join('|')})$`);
      bundler.onResolve({ filter }, ({ path }) => ({ path, namespace: 'required' }));
      bundler.onLoad({ filter, namespace: 'required' }, ({ path }) => ({ contents: text(path) }));
    },
  };
}

/** zod's messages in some fifty languages, of which it takes English from elsewhere: more than half of it. */
function withoutLanguages() {
  const isLanguages = /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/;
  return {
    name: 'without languages',
    setup: (bundler) => bundler.onLoad({ filter: isLanguages }, () => ({ contents: 'export {};' })),
  };
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
