/**
 * The names below a run's directory on the file system under test. A worker's tree is `own/<worker>/`, with folders
 * `d0`..`d7`, files `f000`.. and sub-folders `s00`.. in each, so that a name is a number, and a number a name, on every host.
 */

/** The folder of a run, below the directory under test. */
export function runFolderName(run: string): string {
  return `funbric-${run}`;
}

export const ownFolder = 'own';
/** Holds the run id; nothing is deleted below a directory that lacks it. */
export const markerFile = '.funbric-run';
/** Each host writes one in setup; every other host must see it. */
export const tokenPrefix = '.funbric-token-';

/** What every run has in its folder. */
export function isRunFile(name: string): boolean {
  return name === markerFile || name === ownFolder || name.startsWith(tokenPrefix);
}

/** Folders of a tree. */
export const foldersOfTree = 8;
const folderBits = 16;
const subFolderBit = 0x8000;

/** Names in a tree: a file or sub-folder of one of its folders, or (kind `folder`) one of the folders itself. */
export type NamedObject =
  | { readonly kind: 'file' | 'subfolder'; readonly folder: number; readonly index: number }
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
  return low >= subFolderBit
    ? { kind: 'subfolder', folder, index: low - subFolderBit }
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
    case 'file':
      return `${folder}/f${pad(object.index, 3)}`;
  }
}

export function treeOf(owner: number): string {
  return `${ownFolder}/${pad(owner, 4)}`;
}

const pathPattern = /^own\/(\d{4,5})\/d(\d)(?:\/([fs])(\d{2,5}))?$/;

/** The name of a path, or undefined where no tree of ours can hold it: only the one spelling that pathOf makes counts. */
export function parsePath(path: string): { readonly owner: number; readonly name: number } | undefined {
  const match = pathPattern.exec(path);
  if (match === null) return undefined;
  const [, ownerText = '', folderText = '', letter, indexText = ''] = match;
  const owner = Number(ownerText);
  const folder = Number(folderText);
  const object: NamedObject =
    letter === undefined
      ? { kind: 'folder', folder }
      : { kind: letter === 's' ? 'subfolder' : 'file', folder, index: Number(indexText) };
  const name = nameOf(object);
  return owner < 0xffff && folder < foldersOfTree && pathOf(owner, name) === path ? { owner, name } : undefined;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
