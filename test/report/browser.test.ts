import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { loadTemplates, renderReport } from '../../src/report/render.ts';
import { goldenNames, goldenRun, templatesFolder } from '../support/golden.ts';

const executablePath = '/usr/bin/chromium';
const skip = existsSync(executablePath) ? false : `${executablePath} is not installed`;

/** What a page may be made of: all that our templates write, and nothing that a host's text could. */
const ours = new Set(
  `html head meta title style script body a header main footer nav section article p h1 h2 h3 h4 ul li dl dt dd div span
  strong code pre bdi time table caption thead tbody tr th td details summary figure figcaption svg g path rect text circle
  label input select option button`.split(/\s+/),
);

interface Seen {
  readonly requests: string[];
  readonly complaints: string[];
}

describe('the report in a browser', { skip, timeout: 900_000 }, () => {
  let folder = '';
  let browser: Browser | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'funbric-browser-'));
    const templates = await loadTemplates(templatesFolder);
    for (const name of goldenNames) {
      await writeFile(join(folder, `${name}.html`), renderReport(goldenRun(name), templates));
    }
    // One renderer for all pages: half the time of this file would else be the start of processes.
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--renderer-process-limit=1'];
    browser = await chromium.launch({ executablePath, args, timeout: 180_000 });
  });

  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  for (const name of goldenNames) {
    for (const javaScriptEnabled of [true, false]) {
      const scripts = javaScriptEnabled ? 'with scripts' : 'without scripts';
      it(`runs nothing but its own, asks for nothing and complains of nothing, ${scripts}: "${name}"`, async () => {
        await using open = await openPage(name, { javaScriptEnabled });
        const { page, seen } = open;
        const tags: unknown = await page.evaluate(
          `[...new Set([...document.querySelectorAll('*')].map((element) => element.localName))]`,
        );
        assert.ok(Array.isArray(tags));
        assert.deepEqual(
          tags.filter((tag: unknown) => typeof tag !== 'string' || !ours.has(tag)),
          [],
        );
        assert.equal(await page.locator('script').count(), 1);
        for (const colorScheme of ['dark', 'light'] as const) await page.emulateMedia({ colorScheme });
        await page.emulateMedia({ media: 'print' });
        assert.deepEqual(seen.requests, [pathToFileURL(join(folder, `${name}.html`)).href]);
        assert.deepEqual(seen.complaints, []);
      });
    }

    it(`applies its style, and fits wide and narrow screens: "${name}"`, async () => {
      await using open = await openPage(name);
      const { page } = open;
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        assert.equal(await page.evaluate(`getComputedStyle(document.querySelector('h1')).marginTop`), '0px');
        await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
      }
    });
  }

  it('shows a hostile name as the text that it is', async () => {
    await using open = await openPage('hostile');
    const hosts = await textOf(open.page, '#hosts');
    assert.match(hosts, /\$\(touch x\)/);
    assert.match(hosts, /<img src=x onerror="alert\(document\.domain\)">/);
    assert.match(hosts, /⟨U\+202E⟩gpj\.exe/);
  });

  it('says the same without scripts, and offers nothing that needs them', async () => {
    await using open = await openPage('fail', { javaScriptEnabled: false });
    assert.equal(await open.page.locator('.tools').isVisible(), false);
    assert.equal(await open.page.locator('button').count(), 0);
    assert.match(await textOf(open.page, '#findings'), /zeroed chunk/);
  });

  it('sorts a table by a column, and back, and keeps it in the address', async () => {
    await using open = await openPage('fail');
    const { page } = open;
    const places = '#findings > .scroll tbody tr td:nth-child(5)';
    assert.deepEqual(await page.locator(places).allTextContents(), ['1', '4', '1', '1']);
    const button = page.locator('#findings thead').first().getByRole('button', { name: 'Places' });
    await button.click();
    assert.deepEqual(await page.locator(places).allTextContents(), ['4', '1', '1', '1']);
    assert.equal(await page.locator('#findings th[aria-sort]').first().getAttribute('aria-sort'), 'descending');
    await page.waitForURL(/sort/);
    await page.reload();
    assert.deepEqual(await page.locator(places).allTextContents(), ['4', '1', '1', '1']);
    await button.click();
    await button.click();
    assert.deepEqual(await page.locator(places).allTextContents(), ['1', '4', '1', '1']);
    await page.waitForURL(({ href }) => !href.includes('sort'));
  });

  it('narrows rows and findings to a word, and keeps it in the address', async () => {
    await using open = await openPage('fail');
    const { page } = open;
    await page.keyboard.press('/');
    await page.keyboard.type('d5/F003');
    assert.deepEqual(await page.locator('.finding:visible h3 .code').allTextContents(), ['D01']);
    assert.match(await textOf(page, '#filter-count'), /^2 of \d+ match$/);
    await page.locator('nav a[href="#hosts"]').click();
    // The link's own address comes first, then the event by which the page adds the rest of the view.
    await page.waitForURL(/#hosts&filter=d5%2FF003$/);
    await page.reload();
    assert.deepEqual(await page.locator('.finding:visible h3 .code').allTextContents(), ['D01']);
    await page.locator('#filter').press('Escape');
    assert.equal(await page.locator('.finding:visible').count(), 4);
  });

  it('has a theme of its own against that of the system, but not on paper', async () => {
    await using open = await openPage('pass');
    const { page } = open;
    const ground = async (): Promise<unknown> => await page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    const ink: unknown = await page.evaluate('getComputedStyle(document.body).color');
    await page.locator('#theme').selectOption('dark');
    const dark = await ground();
    assert.notEqual(dark, light);
    await page.waitForURL(/theme=dark/);
    await page.reload();
    assert.equal(await ground(), dark);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await ground(), 'rgb(255, 255, 255)');
    assert.equal(await page.evaluate('getComputedStyle(document.body).color'), ink, 'dark letters on white');
    await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
    await page.locator('#theme').selectOption('light');
    assert.equal(await ground(), light);
  });

  it('remembers in the address what was opened, and opens all of it on paper', async () => {
    await using open = await openPage('fail');
    const { page } = open;
    const twin = page.locator('#throughput details').first();
    await twin.locator('summary').click();
    await page.waitForURL(/open=\d+/);
    await page.reload();
    assert.equal(await twin.getAttribute('open'), '');
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    assert.equal(await page.locator('details:not([open])').count(), 0);
    await page.evaluate(`dispatchEvent(new Event('afterprint'))`);
    assert.ok((await page.locator('details:not([open])').count()) > 5);
    assert.equal(await twin.getAttribute('open'), '');
  });

  it('reads the values under the pointer off the chart', async () => {
    await using open = await openPage('fail');
    const { page } = open;
    const chart = page.locator('#throughput svg');
    await chart.scrollIntoViewIfNeeded();
    await chart.hover({ position: { x: 560, y: 120 } });
    // Where the pointer is shows with the next frame.
    await page.locator('#throughput .readout', { hasText: /^\d/ }).waitFor();
    const readout = await textOf(page, '#throughput .readout');
    assert.match(readout, /^\d+\.\d s · Operations\/s [\d,]+ · p99, ms [\d.]+ ms · Errors\/s \d+ · Hosts 3$/);
    const [, seconds = 0, rate = 0] = (/^([\d.]+) s · Operations\/s ([\d,]+)/.exec(readout) ?? []).map((part) =>
      Number(part.replaceAll(',', '')),
    );
    const step = goldenRun('fail').timeline.find(
      ({ startMs }) => startMs <= seconds * 1000 && seconds * 1000 < startMs + 1000,
    );
    assert.ok(
      step !== undefined && Math.abs(rate - step.operationsPerSecond) < 0.01 * 30_000,
      `${rate} at ${seconds} s`,
    );
    await page.locator('#throughput .scroll').first().press('ArrowRight');
    assert.notEqual(await textOf(page, '#throughput .readout'), readout);
  });

  it('copies a path at a press', async () => {
    await using open = await openPage('fail');
    const button = open.page.locator('.finding .copy').first();
    // Where the clipboard is closed to a page, its text is selected. What is said of it goes away again, maybe before
    // anybody looks: the page keeps it.
    await open.page.evaluate(`void (said = new Promise((resolve) => {
      const button = document.querySelector('.finding .copy');
      new MutationObserver(() => resolve(button.textContent)).observe(button, { childList: true });
      setTimeout(() => resolve('nothing'), 120_000);
    }))`);
    await button.click();
    assert.match(String(await open.page.evaluate('said')), /^(Copied|Selected)$/);
    assert.equal(await button.getAttribute('aria-label'), 'Copy own/0006/d3/f017');
  });

  async function openPage(
    name: string,
    { javaScriptEnabled = true }: { readonly javaScriptEnabled?: boolean } = {},
  ): Promise<AsyncDisposable & { readonly page: Page; readonly seen: Seen }> {
    assert.ok(browser !== undefined);
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    const seen: Seen = { requests: [], complaints: [] };
    page.on('request', (request) => seen.requests.push(request.url()));
    page.on('console', (message) => seen.complaints.push(message.text()));
    page.on('pageerror', (error) => seen.complaints.push(error.message));
    page.on('dialog', (dialog) => {
      seen.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
    return { page, seen, [Symbol.asyncDispose]: async () => await context.close() };
  }
});

async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).first().textContent()) ?? '';
}
