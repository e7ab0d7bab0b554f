/** What a loopback host is, and how it misbehaves: always in the same way at the same byte, so that a test can rely on it. */

/** What a link, a server or a host does wrong. A host may have several, one of each kind. */
export type HostFault =
  /** The connection is reset after so many bytes to the client; every connection anew. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** A black hole: from this point on nothing is read or answered, keepalives included, and the connection stays open. */
  | { readonly kind: 'silent'; readonly from: SilentFrom }
  /** It is there, and answers keepalives, but never the question for a channel. */
  | { readonly kind: 'mute' }
  /** So many connections are taken and dropped at once, as sshd does above MaxStartups; later ones are served. */
  | { readonly kind: 'drop'; readonly connections: number }
  /** Something else than SSH answers: this text, then the end. */
  | { readonly kind: 'no-ssh'; readonly text: string }
  /** Each answer to a login takes so long. */
  | { readonly kind: 'slow-login'; readonly ms: number }
  /** As sshd's MaxSessions: further channels of a connection are refused. */
  | { readonly kind: 'max-sessions'; readonly sessions: number }
  /** Of each command's input, so of uploads: it ends at this byte, or the byte is another. */
  | { readonly kind: 'torn-upload'; readonly how: Tear; readonly atByte: number }
  /** Of each command's output, so of downloads: what follows this byte is missing, or the byte is another. */
  | { readonly kind: 'torn-download'; readonly how: Tear; readonly atByte: number }
  /** Its programs for digests say a well-formed one that is wrong. */
  | { readonly kind: 'wrong-hashes' }
  /** Its `node` runs this CommonJS text instead of the agent, with the agent's path and marker as arguments. */
  | { readonly kind: 'other-agent'; readonly program: string };

export type SilentFrom = 'banner' | 'key exchange' | 'login' | 'channel' | 'command';

export type Tear = 'cut' | 'changed';

export interface HostOptions {
  readonly name?: string;
  readonly faults?: readonly HostFault[];
  /** Shell scripts by name, found before the machine's programs of that name: `{ uname: 'echo other' }`. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Path of its login shell; /bin/sh where not given. */
  readonly shell?: string;
  /** Files in its home, by path from there. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

export type FaultOf<Kind extends HostFault['kind']> = Extract<HostFault, { readonly kind: Kind }>;

export function faultOf<Kind extends HostFault['kind']>(
  faults: readonly HostFault[],
  kind: Kind,
): FaultOf<Kind> | undefined {
  return faults.find((fault): fault is FaultOf<Kind> => fault.kind === kind);
}
