/**
 * How to reach a host: what its fields say, then what the user's ssh would do (`ssh -G`, so that Match, Include and
 * aliases count exactly as they do there), then OpenSSH's defaults where there is no ssh program.
 */
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { FunbricError } from '../../model/errors.ts';
import type { Host } from '../../model/host.ts';
import { makeSlots } from '../slots.ts';
import { authOf, type AuthSettings } from './auth-settings.ts';
import { askSsh, type Answer, type Said } from './question.ts';
import { routeOf, type RouteSettings } from './route-settings.ts';
import { isSameForAllHosts } from './scope.ts';

export interface HostSettings {
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  /** Private keys that exist, in the order in which to try them. */
  readonly identityFiles: readonly string[];
  /** Keys of the agent count only where they belong to one of the identity files. */
  readonly isIdentitiesOnly: boolean;
  /** The socket of the agent. */
  readonly agentSocket: string | undefined;
  /** The first is where a new key is added. */
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly hostKeyAlias: string | undefined;
  /** RevokedHostKeys */
  readonly revokedKeysFile: string | undefined;
  /** Between questions to a silent host (ServerAliveInterval), in ms; undefined where the user set none. */
  readonly keepaliveMs: number | undefined;
  /** So many unanswered ones are borne (ServerAliveCountMax). */
  readonly keepalives: number;
  readonly route: RouteSettings;
  readonly auth: AuthSettings;
  /** With what authorities may sign host certificates (CASignatureAlgorithms); undefined: as funbric sees fit. */
  readonly authorityAlgorithms: readonly string[] | undefined;
}

export interface SshConfigOptions {
  /** The user's home on this machine. */
  readonly home: string;
  /** The user's name on this machine. */
  readonly userName: string;
  /** For SSH_AUTH_SOCK, and for an IdentityAgent that names a variable. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asked for settings; `ssh` where not given. */
  readonly program?: string | undefined;
  /** Read instead of the user's ssh_config. */
  readonly configFile?: string | undefined;
  /** Said once, when there is no ssh program. */
  readonly note: (text: string) => void;
}

/** Owns the answers of ssh: one question a distinct host, port and user, or one a user where the file has no other cases. */
export interface SshConfig {
  settingsOf(host: Host): Promise<HostSettings>;
}

const questionsAtOnce = 4;

/** Whether one answer does for all hosts: by the files that ssh reads as a rule, and then by those that it did read. */
type Scope = 'asked each' | 'maybe one' | 'one';

export function makeSshConfig(options: SshConfigOptions): SshConfig {
  const answers = new Map<string, Promise<Said>>();
  const slots = makeSlots(questionsAtOnce);
  let isSaid = false;
  let scope: Scope | undefined;
  const ask = async (args: readonly string[], host: Host): Promise<Said> => {
    const release = await slots.take();
    try {
      return await askSsh(options.program ?? 'ssh', args, host.name);
    } finally {
      release();
    }
  };
  const askOnce = async (args: readonly string[], host: Host): Promise<Said> => {
    const key = args.join('\0');
    const asked = answers.get(key) ?? ask(args, host);
    answers.set(key, asked);
    return await asked;
  };
  const answerFor = async (host: Host): Promise<Answer> => {
    scope ??= scopeOf(configFilesOf(options), 'maybe one');
    if (scope !== 'asked each') {
      const forAll = questionOf(options, { ...host, address: anyHost, port: undefined });
      const { answer, files } = await askOnce(['-v', ...forAll], host);
      // `ssh` may be a script that names another file, or be built with another folder than /etc/ssh.
      if (scope === 'maybe one') scope = scopeOf(files, 'one');
      if (scope === 'one') return withoutTarget(answer);
    }
    return (await askOnce(questionOf(options, host), host)).answer;
  };
  return {
    async settingsOf(host) {
      refuseOddNames(host);
      const answer = await answerFor(host);
      if (answer === undefined && !isSaid) {
        isSaid = true;
        options.note('no ssh program here: host settings come from flags and hosts.json only, not from ~/.ssh/config');
      }
      return settingsFrom(options, host, answer);
    },
  };
}

function scopeOf(files: readonly string[], whereSame: Scope): Scope {
  return isSameForAllHosts(files, userInfo().homedir) ? whereSame : 'asked each';
}

/** ssh looks for the user's file in the home of the user database, whatever HOME says. */
function configFilesOf({ configFile }: SshConfigOptions): readonly string[] {
  return configFile === undefined ? [join(userInfo().homedir, '.ssh/config'), '/etc/ssh/ssh_config'] : [configFile];
}

const anyHost = 'host.invalid';

/** What was answered for another host, without that host. */
function withoutTarget(answer: Answer): Answer {
  return answer && new Map([...answer].filter(([name]) => name !== 'hostname'));
}

function refuseOddNames(host: Host): void {
  for (const value of [host.address ?? host.name, host.user ?? 'x']) {
    // `--` keeps ssh from reading an option here, but what it passes on to others it passes bare.
    if (value === '' || value.startsWith('-') || /\p{Cc}/u.test(value)) {
      throw unreachable(`${host.name}: ${JSON.stringify(value)} can't be the name of a host or user`, {
        hint: 'names start with a letter or digit; check -H, -u and hosts.json',
      });
    }
  }
}

function questionOf(options: SshConfigOptions, host: Host): readonly string[] {
  return [
    ...(options.configFile === undefined ? [] : ['-F', options.configFile]),
    '-G',
    ...(host.port === undefined ? [] : ['-p', String(host.port)]),
    ...(host.user === undefined ? [] : ['-l', host.user]),
    '--',
    host.address ?? host.name,
  ];
}

function settingsFrom(options: SshConfigOptions, host: Host, answer: Answer): HostSettings {
  const first = (name: string): string | undefined => answer?.get(name)?.[0];
  refuseKnownHostsCommand(host, first('knownhostscommand') ?? 'none');
  const hostName = first('hostname') ?? host.address ?? host.name;
  const user = host.user ?? first('user') ?? options.userName;
  const port = host.port ?? Number(first('port') ?? 22);
  const expand = (path: string): string | undefined =>
    expandPath(path, { options, hostName, user, port, name: host.name });
  const paths = (name: string, fallback: readonly string[]): readonly string[] =>
    (answer?.get(name)?.flatMap((line) => line.split(' ')) ?? fallback)
      .filter((path) => path !== '' && path !== 'none')
      .map(expand)
      .filter((path) => path !== undefined);
  const ownFiles = host.knownHostsFiles?.map((path) => expandHome(path, options.home));
  return {
    hostName,
    port,
    user,
    identityFiles:
      host.identityFiles === undefined
        ? (answer?.get('identityfile') ?? defaultIdentities)
            .map(expand)
            .filter((path) => path !== undefined)
            .filter((path) => existsSync(path))
        : host.identityFiles.map((path) => givenIdentity(path, host, options.home)),
    isIdentitiesOnly: first('identitiesonly') === 'yes',
    agentSocket: agentOf(first('identityagent'), options, expand),
    userKnownHostsFiles: ownFiles ?? paths('userknownhostsfile', ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']),
    globalKnownHostsFiles:
      ownFiles === undefined
        ? paths('globalknownhostsfile', ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'])
        : [],
    hostKeyAlias: first('hostkeyalias'),
    revokedKeysFile: paths('revokedhostkeys', [])[0],
    keepaliveMs: Number(first('serveraliveinterval') ?? 0) * 1000 || undefined,
    keepalives: Number(first('serveralivecountmax') ?? defaultKeepalives),
    route: routeOf({ host, hostName, port, user }, first),
    auth: authOf(first),
    authorityAlgorithms: first('casignaturealgorithms')?.split(','),
  };
}

/** It may revoke what known_hosts knows, so that no host can be let in without it. */
function refuseKnownHostsCommand(host: Host, command: string): void {
  if (command.toLowerCase() === 'none') return;
  throw unreachable(`${host.name}: KnownHostsCommand of ssh_config has a say in its host key, and isn't run here`, {
    hint: 'use --transport openssh, which runs it; or turn it off for that host (KnownHostsCommand none)',
  });
}

/** As OpenSSH has it. */
const defaultKeepalives = 3;

const defaultIdentities = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'];

/** A key that was asked for by name must be there: going on without it would end in a puzzling refusal. */
function givenIdentity(path: string, host: Host, home: string): string {
  const expanded = expandHome(path, home);
  if (existsSync(expanded)) return expanded;
  throw unreachable(`${host.name}: the identity file ${expanded} doesn't exist`, {
    hint: 'correct -i or identityFiles in hosts.json',
  });
}

function agentOf(
  configured: string | undefined,
  options: SshConfigOptions,
  expand: (path: string) => string | undefined,
): string | undefined {
  if (configured === undefined || configured === 'SSH_AUTH_SOCK') return options.env['SSH_AUTH_SOCK'] || undefined;
  if (configured === 'none') return undefined;
  if (configured.startsWith('$')) return options.env[configured.slice(1)];
  return expand(configured);
}

function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}

interface Expansion {
  readonly options: SshConfigOptions;
  readonly hostName: string;
  readonly user: string;
  readonly port: number;
  readonly name: string;
}

/** `~` and the tokens of ssh_config that older versions of `ssh -G` leave in; undefined where one isn't known here. */
function expandPath(path: string, by: Expansion): string | undefined {
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    d: by.options.home,
    h: by.hostName,
    n: by.name,
    p: String(by.port),
    r: by.user,
    u: by.options.userName,
  };
  let isKnown = true;
  const expanded = expandHome(path, by.options.home).replaceAll(/%(.)/g, (token, letter: string) => {
    isKnown &&= tokens[letter] !== undefined;
    return tokens[letter] ?? token;
  });
  return isKnown ? expanded : undefined;
}

function unreachable(message: string, options: { readonly hint: string }): FunbricError {
  return new FunbricError('unreachable', message, options);
}
