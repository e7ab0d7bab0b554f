/**
 * Evidence that no race explains: during stress another worker's file may be seen half written, and rightly so, and only
 * its owner's word counts.
 */
import type { Note } from '../model/journal.ts';
import { parsePath } from '../model/namespace.ts';
import type { AgentPhase } from '../model/protocol.ts';

/** `worker` is the run-wide number of who saw it. */
export function isMismatch(note: Note, phase: AgentPhase | undefined, worker: number): boolean {
  return note.kind === 'evidence' && (phase !== 'stress' || parsePath(note.path)?.owner === worker);
}
