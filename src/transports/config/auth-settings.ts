/** In which ways to prove who we are, in which order, as ssh_config says. */

export type AuthMethod = 'publickey' | 'keyboard-interactive' | 'password';

export interface AuthSettings {
  /** The first one that the host takes comes first (PreferredAuthentications). */
  readonly methods: readonly AuthMethod[];
  /** How often a person is asked for one thing (NumberOfPasswordPrompts). */
  readonly prompts: number;
  /** Nobody is asked for anything (BatchMode). */
  readonly isBatch: boolean;
}

const usual: readonly AuthMethod[] = ['publickey', 'keyboard-interactive', 'password'];

/** Each has an option that forbids it. */
const switches = {
  publickey: 'pubkeyauthentication',
  'keyboard-interactive': 'kbdinteractiveauthentication',
  password: 'passwordauthentication',
} as const satisfies Readonly<Record<AuthMethod, string>>;

/** `first` gives what `ssh -G` answered. */
export function authOf(first: (name: string) => string | undefined): AuthSettings {
  const wanted = first('preferredauthentications')?.split(',') ?? usual;
  return {
    methods: wanted
      .map((name) => usual.find((method) => method === name))
      .filter((method) => method !== undefined)
      .filter((method) => !['no', 'false'].includes(first(switches[method]) ?? 'yes')),
    prompts: Number(first('numberofpasswordprompts') ?? 3),
    isBatch: ['yes', 'true'].includes(first('batchmode') ?? 'no'),
  };
}
