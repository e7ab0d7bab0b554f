/**
 * A run becomes one HTML file that needs nothing else: no request, and a content security policy that allows its own style
 * sheet and script, by their hashes, and nothing more. The same run gives the same bytes.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import type { Run } from '../model/run.ts';
import { formatInstant } from './format.ts';
import { sections } from './sections/registry.ts';
import { capHead, cleanLine } from './text.ts';
import { viewBlock, type BlockView, type Limits } from './view.ts';

/** A folder of templates, compiled once for any number of reports. */
export interface Templates {
  readonly css: string;
  readonly script: string;
  readonly page: (view: PageView) => string;
}

interface PageView {
  readonly title: string;
  readonly run: string;
  readonly createdAt: string;
  readonly createdAtIso: string;
  readonly funbric: string;
  readonly tone: Run['verdict'];
  readonly css: string;
  readonly styleHash: string;
  readonly script: string;
  readonly scriptHash: string;
  readonly sections: readonly {
    readonly id: string;
    readonly title: string;
    readonly isMasthead: boolean;
    readonly blocks: readonly BlockView[];
  }[];
  readonly notice: string;
}

/** Reports travel by mail; a bigger page is made again with less of everything. */
const maxBytes = 5e6;
const limits: readonly Limits[] = [
  { characters: 2048, rows: 500 },
  { characters: 512, rows: 200 },
  { characters: 128, rows: 50 },
];

export async function loadTemplates(folder: string): Promise<Templates> {
  const handlebars = Handlebars.create();
  // Indented partials would indent what stands in <pre>.
  const options = { strict: true, knownHelpersOnly: true, preventIndent: true };
  for (const part of ['parts', 'blocks']) {
    for (const name of (await readdir(join(folder, part))).toSorted()) {
      if (!name.endsWith('.hbs')) continue;
      const text = await readText(join(folder, part, name));
      handlebars.registerPartial(name.slice(0, -'.hbs'.length), handlebars.compile(text, options));
    }
  }
  const page = handlebars.compile<PageView>(await readText(join(folder, 'report.hbs')), options);
  return {
    css: (await Promise.all(styles.map((name) => readText(join(folder, 'styles', `${name}.css`))))).join('\n'),
    script: (await readText(scriptPath)).trimEnd(),
    page: (view) => page(view),
  };
}

/** In this order: what narrow screens and paper have otherwise comes behind what they change. */
const styles = ['page', 'verdict', 'section', 'finding', 'chart', 'screen'] as const;

/** Made of browser/ by the build; this file is dist/src/report/render.js. */
const scriptPath = fileURLToPath(new URL('../../report/page.js', import.meta.url));

/** Browsers read CR LF as LF before they hash a style sheet, and a checkout on Windows has CR LF. */
async function readText(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).replaceAll('\r\n', '\n');
}

export function renderReport(run: Run, templates: Templates): string {
  let html = '';
  for (const [at, limit] of limits.entries()) {
    html = templates.page(viewPage(run, templates, { limit, isShortened: at > 0 }));
    if (Buffer.byteLength(html) <= maxBytes) break;
  }
  return html;
}

function viewPage(
  run: Run,
  { css, script }: Templates,
  { limit, isShortened }: { readonly limit: Limits; readonly isShortened: boolean },
): PageView {
  const line = (text: string): string => capHead(cleanLine(text), 200);
  const drawn = sections.map((section) => ({
    id: section.id,
    title: section.title,
    isMasthead: section.id === 'verdict',
    blocks: section.blocks(run).map((block) => viewBlock(block, limit)),
  }));
  return {
    title: `${run.verdict.toUpperCase()} · ${line(run.plan.run)} · funbric`,
    run: line(run.plan.run),
    createdAt: line(formatInstant(run.plan.createdAt)),
    createdAtIso: line(run.plan.createdAt),
    funbric: line(run.plan.funbric),
    tone: run.verdict,
    css,
    styleHash: hashOf(css),
    script,
    scriptHash: hashOf(script),
    sections: drawn.filter(({ blocks }) => blocks.length > 0),
    notice: isShortened
      ? 'This run is too large for one page: texts and tables are shortened more than usual. run.json has all of it.'
      : '',
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
