// Makes docs/report.png, the picture in the README: a real run of the demo, on whose files something went wrong between
// stress and verify, as Chromium shows its report. `node scripts/screenshot.js [PNG]`, after a build.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const chunkBytes = 4096;
/** A README is fetched often. */
const maxBytes = 200_000;
const size = { width: 1180, height: 1130 };

if (process.argv[2] === '--damage') damage(process.env.FUNBRIC_DIR ?? '');
else await picture(process.argv[2] ?? join(root, 'docs/report.png'));

async function picture(path) {
  const reports = mkdtempSync(join(tmpdir(), 'funbric-picture-'));
  try {
    const command = `'${process.execPath}' '${fileURLToPath(import.meta.url)}' --damage`;
    const funbric = join(root, 'dist/src/cli/main.js');
    const demo = ['demo', '--duration', '8s', '--seed', '7', '--reports', reports, '--before-verify', command];
    const { status } = spawnSync(process.execPath, [funbric, ...demo], { stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 1) throw new Error(`the demo ended with ${status}: it should have failed`);
    const png = await shoot(pathToFileURL(join(reports, 'latest/report.html')).href);
    if (png.length > maxBytes) throw new Error(`${png.length} bytes are more than ${maxBytes}`);
    writeFileSync(path, png);
    console.log(`${path}: ${png.length} bytes`);
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}

async function shoot(url) {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
  try {
    const page = await browser.newPage({ viewport: size, colorScheme: 'light' });
    await page.goto(url);
    return await page.screenshot();
  } finally {
    await browser.close();
  }
}

/** What a lost flush leaves behind: zeros in place of one chunk. */
function damage(directory) {
  const files = readdirSync(directory, { recursive: true })
    .map((name) => join(directory, String(name)))
    .filter((path) => /\/f\d+$/.test(path))
    .sort();
  for (const path of files) {
    const bytes = readFileSync(path);
    const chunk = bytes.subarray(chunkBytes, 2 * chunkBytes);
    if (chunk.length < chunkBytes || chunk.every((byte) => byte === 0)) continue;
    chunk.fill(0);
    writeFileSync(path, bytes);
    return;
  }
  throw new Error(`there is no file with two chunks in ${directory}`);
}
