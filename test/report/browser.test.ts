import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { loadTemplates, renderReport } from '../../src/report/render.ts';
import { goldenNames, goldenRun, templatesFolder } from '../support/golden.ts';

const executablePath = '/usr/bin/chromium';
const skip = existsSync(executablePath) ? false : `${executablePath} is not installed`;

/** What a page may be made of: all that our templates write, and nothing that a host's text could. */
const ours = new Set(
  `html head meta title style body a header main footer nav section article p h1 h2 h3 ul li dl dt dd div span
  strong code pre bdi time table caption thead tbody tr th td details summary figure figcaption svg path rect text circle`.split(
    /\s+/,
  ),
);

describe('the report in a browser', { skip, timeout: 120_000 }, () => {
  let folder = '';
  let browser: Browser | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'funbric-browser-'));
    const templates = await loadTemplates(templatesFolder);
    for (const name of goldenNames) {
      await writeFile(join(folder, `${name}.html`), renderReport(goldenRun(name), templates));
    }
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath, args, timeout: 60_000 });
  });

  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  for (const name of goldenNames) {
    it(`runs nothing, asks for nothing and complains of nothing: "${name}"`, async () => {
      const { page, seen } = await open(name, 1280);
      const tags: unknown = await page.evaluate(
        `[...new Set([...document.querySelectorAll('*')].map((element) => element.localName))]`,
      );
      assert.ok(Array.isArray(tags));
      assert.deepEqual(
        tags.filter((tag: unknown) => typeof tag !== 'string' || !ours.has(tag)),
        [],
      );
      assert.deepEqual(seen.requests, [pathToFileURL(join(folder, `${name}.html`)).href]);
      assert.deepEqual(seen.complaints, []);
      await page.context().close();
    });

    it(`applies its style, and fits a narrow screen: "${name}"`, async () => {
      const { page } = await open(name, 400);
      assert.equal(await page.evaluate(`getComputedStyle(document.querySelector('h1')).marginTop`), '0px');
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 400);
      await page.context().close();
    });
  }

  it('shows a hostile name as the text that it is', async () => {
    const { page } = await open('hostile', 1280);
    const hosts: unknown = await page.evaluate(`document.querySelector('#hosts').textContent`);
    assert.ok(typeof hosts === 'string');
    assert.match(hosts, /\$\(touch x\)/);
    assert.match(hosts, /<img src=x onerror="alert\(document\.domain\)">/);
    assert.match(hosts, /⟨U\+202E⟩gpj\.exe/);
    await page.context().close();
  });

  async function open(name: string, width: number) {
    assert.ok(browser !== undefined);
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const seen = { requests: [] as string[], complaints: [] as string[] };
    page.on('request', (request) => seen.requests.push(request.url()));
    page.on('console', (message) => seen.complaints.push(message.text()));
    page.on('pageerror', (error) => seen.complaints.push(error.message));
    page.on('dialog', (dialog) => {
      seen.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
    return { page, seen };
  }
});
