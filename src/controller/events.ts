/**
 * What happens in a run, as it happens: the board, the plain log and events.ndjson are all tables over this union.
 * `atMs` is the controller's wall clock (ms since 1970), for people; nothing is decided by it.
 */
import type { AgentPhase, Heartbeat } from '../model/protocol.ts';
import type { HostStatus } from '../model/result.ts';
import type { Verdict } from '../model/finding.ts';

export type RunEventBody =
  | {
      readonly kind: 'run-started';
      readonly run: string;
      readonly folder: string;
      readonly hosts: readonly string[];
      readonly tasks: readonly string[];
    }
  | { readonly kind: 'task-started'; readonly task: string }
  | { readonly kind: 'host-connected'; readonly host: string; readonly elapsedMs: number }
  | { readonly kind: 'agent-started'; readonly host: string; readonly isUploaded: boolean }
  | { readonly kind: 'phase-started'; readonly host: string; readonly phase: AgentPhase }
  | {
      readonly kind: 'phase-ended';
      readonly host: string;
      readonly phase: AgentPhase;
      readonly end: 'completed' | 'stopped' | 'failed';
      readonly message?: string;
    }
  | { readonly kind: 'heartbeat'; readonly host: string; readonly heartbeat: Heartbeat }
  /** All hosts passed a barrier. */
  | { readonly kind: 'barrier'; readonly name: string; readonly hosts: number }
  | { readonly kind: 'waiting'; readonly reason: string; readonly ms: number }
  | { readonly kind: 'before-verify'; readonly command: string; readonly exit: string; readonly output: string }
  /** A line of a command, of a task or of the agent on a host: hostile text. */
  | {
      readonly kind: 'line';
      readonly host: string;
      readonly stream: 'stdout' | 'stderr' | 'log';
      readonly text: string;
    }
  /** Exactly one a planned host. */
  | { readonly kind: 'host-ended'; readonly host: string; readonly status: HostStatus; readonly reason?: string }
  | { readonly kind: 'interrupted'; readonly isSecond: boolean }
  | {
      readonly kind: 'run-ended';
      readonly verdict: Verdict;
      readonly reasons: readonly string[];
      readonly report: string;
    };

export type RunEvent = RunEventBody & { readonly atMs: number };

export type Emit = (event: RunEventBody) => void;
