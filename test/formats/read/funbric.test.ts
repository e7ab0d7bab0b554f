import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checksummedJson } from '../../../src/formats/checksum.ts';
import { hostResultSchema } from '../../../src/model/result.ts';
import { funbricText, readBytes } from '../../support/result-files.ts';

describe('a result of funbric', () => {
  const text = checksummedJson(hostResultSchema.parse(JSON.parse(funbricText)));

  it('is read with what its run said against it, and no more while its sum holds', () => {
    assert.deepEqual(readBytes(text).warnings, ['the journal was cut']);
    assert.deepEqual(readBytes(text.trimEnd()).warnings, ['the journal was cut']);
    assert.deepEqual(readBytes(funbricText).warnings, ['the journal was cut'], 'of a version that wrote no sums');
  });

  it('is read with a warning where it was changed since it was written', () => {
    const changed = readBytes(text.replace('"count":3', '"count":4'));
    assert.deepEqual(changed.warnings, ['the journal was cut', 'it was changed since it was written']);
    assert.equal(changed.results[0]?.operations[0]?.count, 4);
  });
});
