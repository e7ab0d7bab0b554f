/**
 * The names below a run's directory on the file system under test. A worker's tree is `own/<worker>/`; an arena, which belongs
 * to all workers of all hosts, is a tree of its own: `race/`, `append/`, `shared/`, `locks/`. Trees have folders `d0`..`d7`, with files `f000`.., symbolic links
 * `l000`.. and sub-folders `s00`.. in each, so that a name is a number, and a number a name, on every host.
 */

/** The folder of a run, below the directory under test. */
export function runFolderName(run: string): string {
  return `funbric-${run}`;
}

/** What fio works in on one host: a folder of its own beside that of the run. The same name holds its job and results in a work folder. */
export function fioFolderName(run: string, host: number): string {
  return `${runFolderName(run)}${fioFolderPart}${host}`;
}

export const fioFolderPart = '.fio-';
/** In the folder of fio, besides the marker. */
export const fioDataFolder = 'data';
/** In its work folder; all that it ever holds. */
export const fioWorkFiles = ['job.fio', 'fio.json', 'stderr', 'code', 'cut', 'results.part', 'results.json'] as const;

export const ownFolder = 'own';
/** Trees that nobody owns: what all hosts do there at the same time is judged by rules of its own. */
export const arenas = ['race', 'append', 'shared', 'locks'] as const;
export type Arena = (typeof arenas)[number];

/** A run can have so many workers: their numbers, and those that stand for arenas in their place, are 16 bits of every record. */
export const maxWorkers = 0xfff0;
const firstArenaOwner = maxWorkers;

export function ownerOfArena(arena: Arena): number {
  return firstArenaOwner + arenas.indexOf(arena);
}

/** Undefined: a worker's own tree. */
export function arenaOf(owner: number): Arena | undefined {
  // Asked of every record: a place before the first would be looked up as a word.
  return owner < firstArenaOwner ? undefined : arenas[owner - firstArenaOwner];
}

/** Holds the run id; nothing is deleted below a directory that lacks it. */
export const markerFile = '.funbric-run';
/** Each host writes one in setup; every other host must see it. */
export const tokenPrefix = '.funbric-token-';

/** What every run has in its folder. */
export function isRunFile(name: string): boolean {
  const isPlace = name === ownFolder || arenas.some((arena) => arena === name);
  return isPlace || name === markerFile || name.startsWith(tokenPrefix);
}

/** Folders of a tree. */
export const foldersOfTree = 8;
const folderBits = 16;
const subFolderBit = 0x8000;
const symlinkBit = 0x4000;
/** Names of one kind in a folder. */
export const namesOfKind = symlinkBit;

/** Names in a tree: a file, link or sub-folder of one of its folders, or (kind `folder`) one of the folders itself. */
export type NamedObject =
  | { readonly kind: 'file' | 'symlink' | 'subfolder'; readonly folder: number; readonly index: number }
  | { readonly kind: 'folder'; readonly folder: number };

/** The number of the tree's folder itself, which no file has. */
const folderItself = 0xffff;

export function nameOf(object: NamedObject): number {
  const base = object.folder * 2 ** folderBits;
  switch (object.kind) {
    case 'folder':
      return base + folderItself;
    case 'subfolder':
      return base + subFolderBit + object.index;
    case 'symlink':
      return base + symlinkBit + object.index;
    case 'file':
      return base + object.index;
  }
}

/** The folder of a name, or that it names: for those who ask for a million names. */
export function folderOf(name: number): number {
  return Math.floor(name / 2 ** folderBits);
}

export function objectOf(name: number): NamedObject {
  const folder = folderOf(name);
  const low = name % 2 ** folderBits;
  if (low === folderItself) return { kind: 'folder', folder };
  if (low >= subFolderBit) return { kind: 'subfolder', folder, index: low - subFolderBit };
  return low >= symlinkBit
    ? { kind: 'symlink', folder, index: low - symlinkBit }
    : { kind: 'file', folder, index: low };
}

/** The path of a name, relative to the run's directory, with `/`. */
export function pathOf(owner: number, name: number): string {
  const object = objectOf(name);
  const folder = `${treeOf(owner)}/d${object.folder}`;
  switch (object.kind) {
    case 'folder':
      return folder;
    case 'subfolder':
      return `${folder}/s${pad(object.index, 2)}`;
    case 'symlink':
      return `${folder}/l${pad(object.index, 3)}`;
    case 'file':
      return `${folder}/f${pad(object.index, 3)}`;
  }
}

/** The folder of a worker's tree, or of an arena. */
export function treeOf(owner: number): string {
  return arenaOf(owner) ?? `${ownFolder}/${pad(owner, 4)}`;
}

const pathPattern = /^(own\/\d{4,5}|[a-z]+)\/d(\d)(?:\/([fls])(\d{2,5}))?$/;
const kinds = { f: 'file', l: 'symlink', s: 'subfolder' } as const;

/** The name of a path, or undefined where no tree of ours can hold it: only the one spelling that pathOf makes counts. */
export function parsePath(path: string): { readonly owner: number; readonly name: number } | undefined {
  const match = pathPattern.exec(path);
  if (match === null) return undefined;
  const [, tree = '', folderText = '', letter, indexText = ''] = match;
  const owner = ownerOfTree(tree);
  const folder = Number(folderText);
  const kind = letter === 'f' || letter === 'l' || letter === 's' ? kinds[letter] : undefined;
  const name = nameOf(kind === undefined ? { kind: 'folder', folder } : { kind, folder, index: Number(indexText) });
  if (owner === undefined || folder >= foldersOfTree || pathOf(owner, name) !== path) return undefined;
  // Workers make no links in their own trees: there it would be a name of somebody else's.
  return kind === 'symlink' && arenaOf(owner) === undefined ? undefined : { owner, name };
}

function ownerOfTree(tree: string): number | undefined {
  const arena = arenas.find((candidate) => candidate === tree);
  if (arena !== undefined) return ownerOfArena(arena);
  const owner = Number(tree.slice(ownFolder.length + 1));
  return owner < firstArenaOwner ? owner : undefined;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
