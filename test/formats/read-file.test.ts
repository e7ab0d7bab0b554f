import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readResultFile } from '../../src/formats/read-file.ts';
import type { OperationKind } from '../../src/model/measured.ts';
import { funkloadText, refusalOf } from '../support/result-files.ts';

describe('a result file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'funbric-test-'));
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: string | Buffer): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };

  it('is known by its content whatever it is called, and has the digest of its bytes', async () => {
    const file = write('junit.json', funkloadText);
    const read = await readResultFile(file);
    assert.equal(read.format, 'a FunkLoad result (XML)');
    assert.deepEqual([read.name, read.bytes], [file, Buffer.byteLength(funkloadText)]);
    assert.equal(read.sha256, createHash('sha256').update(funkloadText).digest('hex'));
  });

  it('is the same in pieces: one of several MiB has as many requests as it has lines', async () => {
    const [line = ''] = /<response .*?type="get".*?\/>\n/.exec(funkloadText) ?? [];
    const lines = 20_000;
    const read = await readResultFile(write('big.xml', `<funkload version="1.17.1">${line.repeat(lines)}</funkload>`));
    assert.ok(read.bytes > 3 << 20);
    assert.equal(read.end.kind, 'whole');
    assert.equal(read.results[0]?.operations.find(({ kind }) => kind === 'request')?.count, lines);
  });

  it('is refused, with its name and what to do, where it is none', async () => {
    const refused = async (file: string, reason: RegExp): Promise<void> => {
      await assert.rejects(readResultFile(file), (error: Error & { code?: string; hint?: string }) => {
        assert.equal(error.code, 'input');
        assert.ok(error.message.startsWith(`${file}: `), error.message);
        assert.match(error.message, reason);
        return error.hint !== undefined;
      });
    };
    await refused(write('empty.xml', ''), /is empty/);
    await refused(
      write('other.xml', '<other><body/></other>'),
      /no result of a tool that funbric knows; it begins with "<other>/,
    );
    await refused(write('page.html', '<html><body/></html>'), /it is a web page/);
    await refused(write('zeros.xml', Buffer.alloc(4096)), /begins with "\\u0000/);
    await refused(join(folder, 'missing.xml'), /ENOENT/);
    mkdirSync(join(folder, 'sub'));
    await refused(join(folder, 'sub'), /is not a file|EISDIR/);
  });

  it('of one tool may quote that of another', () => {
    const quoting = `<testsuite name="s"><testcase name="a"><system-out><![CDATA[\n{ "fio version" : "fio-3.1" }\n<funkload/>]]></system-out></testcase></testsuite>`;
    assert.equal(refusalOf(quoting), undefined);
  });
});

const samples = process.env['FUNBRIC_SAMPLES'] ?? join(import.meta.dirname, '../../../../shared/samples');
const pairs = join(samples, 'funkload/pairs');

/** The rows of a table of FunkLoad's report, as printed; none where it left the table out. */
function tableOf(report: string, title: string): readonly (readonly string[])[] {
  const [, section] = report.split(new RegExp(`^${title}\\n-+\\n`, 'm'));
  assert.ok(section !== undefined, title);
  const [, , body = ''] = (section.split(/^-+$/m)[0] ?? '').split(/^ =[= ]+$/m);
  const rows = body.trim().split('\n');
  return rows.filter((row) => row !== '').map((row) => row.trim().split(/\s+/));
}

describe('results of others', { skip: !existsSync(pairs) && 'the samples are not on this machine' }, () => {
  for (const name of existsSync(pairs) ? readdirSync(pairs) : []) {
    it(`${name}: as many tests, pages and requests a cycle, and as many failed, as FunkLoad's own report has`, async () => {
      const { results, end } = await readResultFile(join(pairs, name, 'funkload.xml'));
      const report = readFileSync(join(pairs, name, 'index.rst'), 'utf8');
      assert.equal(end.kind, 'whole');
      const counts = (kind: OperationKind, users: number): readonly number[] => {
        const ours = (results[0]?.operations ?? []).filter((each) => each.kind === kind && each.cycle?.users === users);
        const count = ours.reduce((sum, each) => sum + each.count, 0);
        return [count, count - ours.reduce((sum, each) => sum + each.failed, 0)];
      };
      // TOTAL and SUCCESS stand behind two figures of a test, and four of pages and requests.
      for (const [title, kind, at] of [
        ['Test stats', 'test', 2],
        ['Page stats', 'page', 5],
        ['Request stats', 'request', 5],
      ] as const) {
        for (const row of tableOf(report, title)) {
          assert.deepEqual(
            counts(kind, Number(row[0])),
            row.slice(at, at + 2).map(Number),
            `${title}, ${row[0]} users`,
          );
        }
      }
    });
  }

  it('are all read or refused, and those that were cut are never whole', async () => {
    const files = readdirSync(samples, { recursive: true }).map(String);
    for (const file of files.filter((each) => /\.(xml|jtl|json)$/.test(each))) {
      const read = await readResultFile(join(samples, file)).catch((error: Error & { code?: string }) => {
        assert.equal(error.code, 'input', file);
        return undefined;
      });
      if (/truncated|node1\.xml$/.test(file) && read !== undefined && file.includes('truncated_')) {
        assert.ok(!file.includes('invalid/') || read.end.kind === 'cut', file);
      }
    }
  });
});
