/** Ways to reach a host. A transport connects; a connection runs commands; everything else is made of commands. */
import type { Readable, Writable } from 'node:stream';
import type { Host } from '../model/host.ts';

/** How a command ended. `lost`: the connection went away first, so nothing is known of it. */
export type Exit =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'lost'; readonly reason: string };

/** As the end of a sentence: `its agent was killed by SIGKILL`. */
export function describeExit(exit: Exit): string {
  switch (exit.kind) {
    case 'exited':
      return `ended with exit code ${exit.code}`;
    case 'killed':
      return `was killed by ${exit.signal}`;
    case 'lost':
      return `was cut off (${exit.reason})`;
  }
}

/**
 * A command that runs on a host. Bytes, never text: a character may span two packets. Both outputs must be read or
 * resumed: they share the channel's window, so one that is left lying stops the other.
 */
export interface RemoteProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the command has ended and its output was handed over; never rejects. */
  readonly exit: Promise<Exit>;
  /** Asks the host to end it (signal where the server takes it), then closes the channel. */
  kill(): void;
}

export interface Connection extends AsyncDisposable {
  /** The host's name, for messages. */
  readonly name: string;
  /** Command lines are read by the login shell itself, each in a process group of its own, as sshd does it. */
  readonly hasLoginShell?: boolean;
  /** Starts a command line for the host's login shell. Throws `lost` where the connection is gone or takes no more channels. */
  exec(command: string, options?: { readonly signal?: AbortSignal }): Promise<RemoteProcess>;
  /** Resolves with the reason when the connection ends, whoever ended it; never rejects. */
  readonly closed: Promise<string>;
}

export interface ConnectOptions {
  readonly signal: AbortSignal;
  /** For all of TCP, key exchange and login. */
  readonly connectMs: number;
  /** Unknown host keys are added instead of refused. Changed ones never are. */
  readonly isNewKeyAccepted: boolean;
}

export interface Transport {
  /** The value of a host's `transport`; hosts without one use `ssh`. */
  readonly scheme: string;
  /** Throws FunbricError `usage` where this machine can reach no host in this way at all. */
  check?(): void;
  /** Throws FunbricError `unreachable` with what to do; never anything that depends on the host's good behaviour. */
  connect(host: Host, options: ConnectOptions): Promise<Connection>;
  /** Ends what its connections shared. */
  close?(): Promise<void>;
}
