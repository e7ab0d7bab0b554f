/** Why ssh didn't get to a host, from what it said, in the same words as those of funbric's own SSH. */
import type { FunbricError } from '../../model/errors.ts';
import { endReason, socketFailed } from '../connection/errors.ts';
import { keyRefused } from '../host-keys/errors.ts';
import { handshakeFailed, loginFailed, notSsh } from '../login/errors.ts';
import type { LoginAttempt } from '../login/gate.ts';
import { unreachable, type Place } from '../place.ts';
import type { SshLog } from './log.ts';
import type { OpensshSettings } from './settings.ts';

/** What became of a login that ssh gave up: worth another try, or an error to throw. */
export function refusalOf(
  log: SshLog,
  settings: OpensshSettings,
): Extract<LoginAttempt<never>, { kind: 'dropped' }> | FunbricError {
  const { place } = settings;
  const said = log.messages.join('\n');
  if (/^Host key verification failed/m.test(said)) return hostKeyRefused(log, settings);
  if (/Permission denied|Too many authentication failures|no more authentication methods/i.test(said)) {
    return loginRefused(log, settings);
  }
  const connecting = connectFailed(settings, said);
  if (connecting !== undefined) return connecting;
  const answer = log.find(/^debug1: (?:kex|ssh)_exchange_identification: banner line \d+: (.+)/);
  if (answer !== undefined && !dropNotice.test(answer)) {
    return notSsh(place, answer);
  }
  const dropped = dropLine.exec(said)?.[1];
  // What a jump host or a ProxyCommand complains of comes first, and says the same twice.
  const complaint = log.messages.find((line) => !line.startsWith('Warning: '));
  if (dropped !== undefined && complaint?.endsWith(dropped) === true) {
    return { kind: 'dropped', reason: answer ?? dropped };
  }
  const cause = new Error(tellingLine(log));
  if (log.stage === 'key exchange' && !settings.isProxied) return handshakeFailed(place, cause);
  const hint = 'compare it with what `ssh -v` says about this host';
  return unreachable(place, `ssh gave up in ${log.stage}: ${cause.message}`, hint, cause);
}

/** What newer versions of sshd say before they drop a connection. */
const dropNotice = /^(Not allowed at this time|Exceeded MaxStartups)/;

const dropLine = /^(?:kex|ssh)_exchange_identification: (.*(?:Connection (?:closed|reset)|Broken pipe).*)$/m;

function hostKeyRefused(log: SshLog, settings: OpensshSettings): FunbricError {
  const { knownHostsFiles: files } = settings;
  const { place } = loginAt(log, settings);
  const knownAs = log.find(/ for (\S+) (?:and|has changed and|was revoked and) you have requested/) ?? knownName(place);
  const key = log.find(/^debug1: Server host (?:key|certificate): (\S+ [^\s,]+)/) ?? 'of an unknown type';
  if (log.find(/is marked as revoked|^Host key .* revoked by file/) !== undefined) {
    return unreachable(
      place,
      `its host key ${key} is revoked by one of ${files.join(', ')}`,
      'that key must never be trusted again: give the host a new one',
    );
  }
  const file = log.find(/^Offending .* in (.+):\d+$/);
  const line = Number(log.find(/^Offending .*:(\d+)$/));
  const verdict = file === undefined ? ({ kind: 'unknown' } as const) : ({ kind: 'changed', file, line } as const);
  return keyRefused({ place, verdict, key, files, knownAs });
}

/** As known_hosts writes a host. */
function knownName({ address, port }: Place): string {
  return port === 22 ? address : `[${address}]:${port}`;
}

/** Whom ssh logged in to last: jump hosts are logged in to before the host itself, and may fail in its place. */
function loginAt(log: SshLog, settings: OpensshSettings): { readonly place: Place; readonly user: string } {
  const pattern = /^debug1: Authenticating to (.+:\d+ as '.*')/;
  const [, address, port, user] = /^(.+):(\d+) as '(.*)'$/.exec(log.find(pattern) ?? '') ?? [];
  if (address === undefined) return settings;
  return { place: onTheWay(settings, address, Number(port)), user: user ?? settings.user };
}

function onTheWay({ place, isProxied }: OpensshSettings, address: string, port: number): Place {
  if (!isProxied || (address === place.address && port === place.port)) return place;
  return { name: `${place.name}'s jump host`, address, port };
}

function loginRefused(log: SshLog, settings: OpensshSettings): FunbricError {
  const { place, user } = loginAt(log, settings);
  const methods =
    log.find(/Permission denied \(([^)]*)\)/) ?? log.find(/^debug1: Authentications that can continue: (.*)/);
  const others = log.messages.filter((line) => !isDenial(line) && !isAftermath(line) && !line.startsWith('Load key '));
  return loginFailed(place, {
    user,
    tried: log.findAll(/^debug1: Offering public key: (.+?) \S+ SHA256:/),
    skipped: log.findAll(/^Load key (.*)$/).map((text) => text.replaceAll('"', '')),
    methods: methods === undefined ? [] : [methods],
    said: others.length === 0 ? undefined : others.join('; '),
  });
}

function isDenial(line: string): boolean {
  return /Permission denied \(/.test(line);
}

/** Says only that it is over. */
function isAftermath(line: string): boolean {
  return /^(Connection closed by|Disconnected from|Connection to \S+ closed)/.test(line);
}

/** As the system names these ends, where ssh writes them out. */
const socketErrors: readonly (readonly [RegExp, string])[] = [
  [/: Connection refused/, 'ECONNREFUSED'],
  [/: No route to host/, 'EHOSTUNREACH'],
  [/: Network is unreachable/, 'ENETUNREACH'],
  [/: (Connection|Operation) timed out/, 'ETIMEDOUT'],
  [/^ssh: Could not resolve hostname .*Temporary failure/m, 'EAI_AGAIN'],
  [/^ssh: Could not resolve hostname/m, 'ENOTFOUND'],
];

function connectFailed(settings: OpensshSettings, said: string): FunbricError | undefined {
  const line = /^ssh: (?:connect to host|Could not resolve hostname) .*$/m.exec(said)?.[0];
  if (line === undefined) return undefined;
  const code = socketErrors.find(([pattern]) => pattern.test(line))?.[1];
  const [, named = settings.place.address, port] = /host(?:name)? (\S+?):?(?: port (\d+).*|: .*)?$/.exec(line) ?? [];
  const place = onTheWay(settings, named, Number(port ?? settings.place.port));
  return socketFailed(place, Object.assign(new Error(line), code === undefined ? {} : { code }));
}

/** The last line is mostly that the connection was closed; what explains it stands before. */
function tellingLine(log: SshLog): string {
  const telling = log.messages.filter((line) => !isAftermath(line));
  return telling.slice(-3).join('; ') || (log.messages.at(-1) ?? 'it said nothing');
}

/** Why a connection ended that was there. */
export function endOf(log: SshLog, { idle }: OpensshSettings): string {
  const last = log.messages.at(-1);
  if (last === undefined) return 'its ssh ended without a word';
  if (/closed by remote host|^Connection to \S+ closed/.test(last)) return 'the host closed the connection';
  if (/^Timeout, server .* not responding/.test(last)) return endReason(new Error('Keepalive timeout'), idle);
  return endReason(new Error(last), idle);
}
