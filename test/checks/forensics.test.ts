import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import type { Forensic } from '../../src/model/forensics.ts';
import type { Finding } from '../../src/model/finding.ts';
import { bodyOffset, encodeStamp, makePool } from '../../src/model/stamp.ts';
import { caseChunkBytes, historyOfCase } from './case-history.ts';
import { readCases } from './read-cases.ts';

describe('a wrong chunk, taken apart', () => {
  it('tells whose data it is, of which life of the file, and that this life is over', () => {
    const { expected, found } = forensicOf('D07', 'earlier-life.json');
    assert.deepEqual(
      [expected?.incarnation, expected?.operation, expected?.fate, expected?.writer],
      [4, 5, 'there', 'a/0'],
    );
    assert.deepEqual([found.incarnation, found.operation, found.fate, found.file], [1, 2, 'gone', 'own/0000/d0/f000']);
    assert.equal(found.written?.did, 'wrote chunks 0-1, generation 1 of own/0000/d0/f000');
    assert.ok((found.written?.startNs ?? 0) < (found.written?.endNs ?? 0));
  });

  it('tells from which position of which file a misplaced chunk comes', () => {
    const { chunk, found } = forensicOf('D07', 'misplaced-too.json');
    assert.deepEqual(
      [chunk, found.chunk, found.offset, found.file, found.fate],
      [0, 1, caseChunkBytes, 'own/0000/d0/f001', 'there'],
    );
  });

  it('tells where it is torn, and whose write goes on there', () => {
    const { tornAt, found, behind, bytes } = forensicOf('D10', 'mixed.json');
    assert.deepEqual([tornAt, found.writer, behind?.writer], [600, 'b/0', 'a/0']);
    assert.equal(bytes?.basis, 'kept');
    const same = (bytes?.found ?? '').split('').findIndex((digit, at) => digit !== bytes?.expected?.[at]);
    assert.equal((bytes?.from ?? 0) + Math.floor(same / 2), tornAt, 'the first difference is the tear');
  });

  it('says of another run no more than its tag, and names nobody', () => {
    const { found, bytes } = forensicOf('D08', 'other-run.json');
    assert.deepEqual(found, { content: 'another run', run: '0000004d', generation: 1 });
    assert.equal(bytes, undefined);
  });

  it('computes the bytes again that had to be there', () => {
    const { bytes, expected } = forensicOf('D07', 'earlier-life.json');
    const words = new Uint32Array(8);
    const incarnation = { creator: 0, operation: expected?.incarnation ?? 0 };
    encodeStamp({ runTag: 1, incarnation, writer: 0, chunk: 1, operation: 5, generation: 1 }, words);
    const body = makePool(1, caseChunkBytes).subarray(bodyOffset(words, 0)).subarray(0, 64);
    assert.equal(bytes?.expected, Buffer.concat([Buffer.from(words.buffer), body]).toString('hex'));
    assert.notEqual(bytes?.found, bytes?.expected);
  });

  it('shows what the same look saw beside it', () => {
    const { neighbours } = forensicOf('D07', 'earlier-life.json');
    assert.deepEqual(
      neighbours.map(({ chunk, isWrong }) => [chunk, isWrong]),
      [[0, false]],
    );
  });

  it('is there once a kind of finding, for every code that a chunk can have', () => {
    const codes = new Set<string>();
    for (const { given } of readCases()) {
      for (const finding of findingsOf(given)) {
        if (finding.forensic === undefined) continue;
        codes.add(finding.code);
        assert.ok(JSON.stringify(finding.forensic).length < 8_000, 'bounded');
      }
    }
    for (const code of ['D04', 'D05', 'D06', 'D07', 'D08', 'D09', 'D10', 'D11', 'D18', 'D20', 'D21', 'D22', 'D23']) {
      assert.ok(codes.has(code), code);
    }
    const many = readCases().filter(({ code, name }) => code === 'D05' && name === 'flipped.json');
    for (const { given } of many)
      assert.equal(findingsOf(given).filter(({ forensic }) => forensic !== undefined).length, 1);
  });
});

function findingsOf(given: Parameters<typeof historyOfCase>[0]): readonly Finding[] {
  const history = historyOfCase(given);
  return checks.flatMap((check) => check.examine(history));
}

function forensicOf(code: string, file: string): Forensic {
  const given = readCases().find((one) => one.code === code && one.name === file)?.given;
  assert.ok(given !== undefined, `${code}/${file}`);
  const found = findingsOf(given).find((finding) => finding.code === code)?.forensic;
  assert.ok(found !== undefined);
  return found;
}
