/**
 * What all formats in XML do with a document: they take what came before it broke or ended too early, and take nothing of
 * one that is meant to harm.
 */
import { FunbricError } from '../../model/errors.ts';
import type { End, Measured } from '../../model/measured.ts';
import type { Reading } from '../format.ts';
import { Remarks } from '../remarks.ts';
import { XmlScanner, type Place, type XmlHandler } from './scanner.ts';
import type { Remark } from './text.ts';
import { XmlError } from './xml-error.ts';

export interface XmlDocument extends XmlHandler {
  /** What was read so far; none before anything of the tool's own was there. */
  results(): readonly Measured[];
  /** Of a document that ended well. */
  readonly end: End;
}

/** `begin` gets what to call with anything odd: it knows the line. */
export function readXml(file: string, begin: (remark: Remark) => XmlDocument): Reading {
  const remarks = new Remarks();
  const remark = (what: string): void => remarks.add(`line ${scanner.place().line}`, what);
  const document = begin(remark);
  const scanner = new XmlScanner(document, remark);
  let stopped: End | undefined;
  const attempt = (step: () => void): void => {
    if (stopped !== undefined) return;
    try {
      step();
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      stopped = endOf(file, error, scanner.place());
    }
  };
  return {
    push: (piece) => attempt(() => scanner.push(piece)),
    end: () => {
      attempt(() => scanner.end());
      const results = document.results();
      if (stopped?.kind === 'cut' || stopped?.kind === 'broken') {
        if (results.length === 0) throw refusal(file, stopped, stopped.reason);
      }
      return { end: stopped ?? document.end, warnings: remarks.list(), results };
    },
  };
}

function endOf(file: string, { kind, message }: XmlError, place: Place): End {
  if (kind === 'refused') throw refusal(file, place, message);
  return { kind, ...place, reason: message };
}

function refusal(file: string, { byte, line }: Place, reason: string): FunbricError {
  return new FunbricError('input', `${file}: line ${line}, byte ${byte}: ${reason}`, {
    hint: 'fetch it again from its host, or leave it out',
  });
}
