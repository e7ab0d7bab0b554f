/** Something that is wrong with hosts, and what to change. */
export interface Trouble {
  readonly hosts: readonly string[];
  /** Without the hosts' names, which are shown beside it. */
  readonly what: string;
  readonly change: string;
  readonly stops: boolean;
}

/** What a rule finds on one host. */
export type Found = Omit<Trouble, 'hosts'>;

export interface TroubleContext {
  readonly dir: string | undefined;
  readonly isLocal: boolean;
}
