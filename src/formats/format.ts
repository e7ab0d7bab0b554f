/**
 * A format reads the result files of one tool. It knows them by their content, never by their name, reads them piece by
 * piece, and decides only what the file says: a file that ends too early is told as such, with what could be read.
 */
import type { ResultFile } from '../model/measured.ts';
import type { Head } from './head.ts';

export interface Format {
  /** With the article that a sentence needs: `a FunkLoad result (XML)`. */
  readonly name: string;
  /** No two formats recognise the same file. */
  recognises(head: Head): boolean;
  /** `file` is its name for messages. */
  open(file: string): Reading;
}

export type Content = Pick<ResultFile, 'end' | 'warnings' | 'results'>;

/** Both throw a FunbricError that names the file where nothing of it can be taken. */
export interface Reading {
  /** Keeps nothing of the piece's memory. */
  push(piece: Buffer): void;
  end(): Content;
}
