/** Nothing is there that nobody created: neither a free name of a tree, nor a name that no tree can hold. */
import type { Finding } from '../../model/finding.ts';
import { arenaOf, isRunFile, objectOf, parsePath, pathOf, treeOf } from '../../model/namespace.ts';
import { appendFindings } from '../arenas/append/append-findings.ts';
import type { Check } from '../check.ts';
import { byName, capFindings } from '../findings/fold.ts';
import type { History } from '../history.ts';
import { raceFindings } from '../arenas/race/race-findings.ts';
import { proofOf } from '../findings/proof.ts';
import { entryAt, type Entry } from '../journal/record-log.ts';
import { folderAbove, isListingOf } from '../journal/stray-listings.ts';
import { hostName } from '../findings/words.ts';

export const phantomFiles: Check = {
  code: 'D03',
  claim: 'no file is there that nobody created',
  examine: (history) => [
    ...capFindings([...freeNames(history), ...strangeNames(history)], (finding) => finding),
    ...raceFindings(history, 'D03'),
    ...appendFindings(history, 'D03'),
  ],
};

const expected = 'absent: nobody created it';

function freeNames(history: History): readonly Finding[] {
  const findings: Finding[] = [];
  for (const owner of history.trees) {
    const tree = history.tree(owner);
    if (!tree.isWhole) continue;
    for (const [name, sightings] of byName(history.scan(owner).names)) {
      const [first] = sightings;
      if (first === undefined || tree.names.has(name)) continue;
      // What only a listing says is there is the listing's finding (N03).
      if (sightings.every(({ isGone }) => isGone)) continue;
      findings.push({
        code: 'D03',
        grade: 'proven',
        host: hostName(history, first.host),
        file: pathOf(owner, name),
        count: sightings.length,
        expected,
        found: `listed with ${first.size ?? 'unknown'} bytes`,
        ...proofOf(history, [first.id]),
      });
    }
  }
  return findings;
}

function strangeNames(history: History): readonly Finding[] {
  const findings = new Map<string, Finding>();
  for (const { host, worker, note } of history.notes) {
    if (note.kind !== 'entry' || isExplained(history, note)) continue;
    const file = shown(note.path);
    const known = findings.get(file);
    findings.set(file, {
      ...(known ?? proofOf(history, [listingOf(history, worker, note.path)])),
      code: 'D03',
      grade: 'proven',
      host: known?.host ?? hostName(history, host),
      file,
      count: (known?.count ?? 0) + 1,
      expected,
      found: `a ${note.type === 'other' ? 'special file' : note.type} of ${note.size} bytes, with a name that the run never makes`,
    });
  }
  // In an order that doesn't depend on which host's scan was first.
  return [...findings.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** By which that worker met the name, where it lies in a folder of a tree: the folders of the run itself have no record. */
function listingOf({ log }: History, worker: number, path: string): Entry | undefined {
  const folder = folderAbove(path);
  if (folder === undefined) return undefined;
  for (const segment of log.segments) {
    if (segment.worker !== worker) continue;
    for (let at = 0; at < segment.count; at++) if (isListingOf(segment.views, at, folder)) return entryAt(segment, at);
  }
  return undefined;
}

/** What our setup makes, what trees hold (listed by the scan itself), and names that network clients keep open files under. */
function isExplained(history: History, note: { readonly path: string; readonly type: string }): boolean {
  const { path, type } = note;
  if (isRunFile(path)) return true;
  const base = path.slice(path.lastIndexOf('/') + 1);
  if (sillyNames.test(base) && history.hosts.some(({ client }) => client.isNetwork)) return true;
  for (let owner = 0; owner < history.owners; owner++) if (path === treeOf(owner)) return true;
  const parsed = parsePath(path);
  if (parsed === undefined || (parsed.owner >= history.owners && arenaOf(parsed.owner) === undefined)) return false;
  return type === types[objectOf(parsed.name).kind];
}

const types = { file: 'file', folder: 'folder', subfolder: 'folder', symlink: 'other' } as const;

/** NFS, FUSE and SMB clients rename a removed file that is still open to one of these. */
const sillyNames = /^(\.nfs[0-9a-f]{8,}|\.fuse_hidden[0-9a-f]{8,}|\.__smb[0-9A-F]{4,})$/;

const maxPath = 300;

/** The host's bytes: as visible ASCII, and not endless. */
function shown(path: string): string {
  const visible = path.replaceAll(
    /[^\u0020-\u007e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return visible.length > maxPath ? `${visible.slice(0, maxPath)}...` : visible;
}
