import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import type { Random } from '../../src/model/random.ts';
import { appendRun, historyOfAppends, lineBytes, weakMounts, type AppendRun, type Piece } from './appending.ts';

/** FUNBRIC_RUNS=100000 takes some minutes. */
const runs = Number(process.env['FUNBRIC_RUNS'] ?? 800);

describe('checks on files that hosts appended to, on a file system that does right', () => {
  it('prove nothing, whatever answers get lost, comes late or in part, or takes earlier lines with it', () => {
    for (let seed = 0; seed < runs; seed++) {
      const run = appendRun(seed, { isFaultless: false });
      assert.ok(run !== undefined);
      const history = historyOfAppends(run);
      const grades = weakMounts.has(run.mount) ? ['indeterminate', 'allowed', 'suspect'] : ['indeterminate'];
      const found = checks.flatMap((check) => check.examine(history));
      assert.deepEqual(
        found.filter(({ grade }) => !grades.includes(grade)),
        [],
        `seed ${seed}`,
      );
    }
  });
});

describe('checks on a file of appends with one planted violation', () => {
  for (const [code, plant] of Object.entries({ A01: lose, A02: cover, A03: repeat, A04: swap, A05: tear })) {
    it(`find ${code} each time`, () => {
      let planted = 0;
      for (let seed = 0; planted < 60; seed++) {
        assert.ok(seed < 2_000, `only ${planted} of ${seed} runs had a place for it`);
        const run = appendRun(seed, { isFaultless: true, plant });
        if (run === undefined) continue;
        planted++;
        const found = checks.flatMap((check) => check.examine(historyOfAppends(run)));
        assert.deepEqual(
          found.map((finding) => [finding.code, finding.grade]),
          [[code, 'proven']],
          `seed ${seed}`,
        );
      }
    });
  }
});

function pick(
  run: AppendRun,
  random: Random,
): { readonly pieces: Piece[]; readonly at: number; readonly piece: Piece } | undefined {
  const pieces = run.files[random.below(run.files.length)] ?? [];
  const at = random.below(Math.max(1, pieces.length));
  const piece = pieces[at];
  return piece === undefined ? undefined : { pieces, at, piece };
}

function lose(run: AppendRun, random: Random): boolean {
  const picked = pick(run, random);
  if (picked === undefined) return false;
  picked.piece.bytes = random.below(2) === 0 ? Buffer.alloc(0) : Buffer.alloc(picked.piece.bytes.length);
  return true;
}

/** The next line comes to lie over the middle of the one before. */
function cover(run: AppendRun, random: Random): boolean {
  const picked = pick(run, random);
  const next = picked?.pieces[picked.at + 1];
  if (picked === undefined || next === undefined) return false;
  const { piece } = picked;
  if (next.bytes.length + 60 > piece.bytes.length) return false;
  next.bytes.copy(piece.bytes, 40);
  next.bytes = Buffer.alloc(0);
  return true;
}

function repeat(run: AppendRun, random: Random): boolean {
  const picked = pick(run, random);
  picked?.pieces.push({ ...picked.piece });
  return picked !== undefined;
}

function swap(run: AppendRun, random: Random): boolean {
  const picked = pick(run, random);
  const later = picked?.pieces.findIndex(({ worker }, at) => at > picked.at && worker === picked.piece.worker) ?? -1;
  const other = picked?.pieces[later];
  if (picked === undefined || other === undefined) return false;
  picked.pieces[picked.at] = other;
  picked.pieces[later] = picked.piece;
  return true;
}

function tear(run: AppendRun, random: Random): boolean {
  const picked = pick(run, random);
  if (picked === undefined) return false;
  const { bytes } = picked.piece;
  const kept = 32 + random.below(bytes.length - 32);
  // What is left must not happen to be whole.
  picked.piece.bytes =
    random.below(2) === 0
      ? bytes.subarray(0, kept)
      : Buffer.concat([bytes.subarray(0, kept), Buffer.alloc(bytes.length - kept)]);
  const { worker, number } = picked.piece;
  return !picked.piece.bytes.equals(
    lineBytes({ file: run.files.indexOf(picked.pieces), writer: worker, number, length: bytes.length }),
  );
}
