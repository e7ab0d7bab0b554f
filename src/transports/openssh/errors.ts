/** Why ssh didn't get to a host, from what it said, in the same words as those of funbric's own SSH. */
import type { FunbricError } from '../../model/errors.ts';
import type { LoginAttempt } from '../login-gate.ts';
import {
  endReason,
  handshakeFailed,
  keyRefused,
  loginFailed,
  socketFailed,
  unreachable,
  type Place,
} from '../ssh-errors.ts';
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
  const connecting = connectFailed(place, said);
  if (connecting !== undefined) return connecting;
  const dropped = /^(?:kex|ssh)_exchange_identification: (.*)$/m.exec(said)?.[1];
  // What a jump host or a ProxyCommand complains of comes first, and says the same twice.
  if (dropped !== undefined && log.messages[0]?.includes(dropped) === true) return { kind: 'dropped', reason: dropped };
  const cause = new Error(tellingLine(log));
  if (log.stage === 'key exchange') return handshakeFailed(place, cause);
  const hint = 'compare it with what `ssh -v` says about this host';
  return unreachable(place, `ssh gave up in ${log.stage}: ${cause.message}`, hint, cause);
}

function hostKeyRefused(log: SshLog, settings: OpensshSettings): FunbricError {
  const { place, knownHostsFiles: files } = settings;
  const key = log.find(/^debug1: Server host (?:key|certificate): (\S+ \S+?),?(?: |$)/) ?? 'of an unknown type';
  const knownAs = place.port === 22 ? place.address : `[${place.address}]:${place.port}`;
  if (log.find(/is marked as revoked/) !== undefined) {
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

function loginRefused(log: SshLog, { place, user }: OpensshSettings): FunbricError {
  const methods =
    log.find(/Permission denied \(([^)]*)\)/) ?? log.find(/^debug1: Authentications that can continue: (.*)/);
  const others = log.messages.filter(
    (line) => !/Permission denied \(|^Load key |^Connection closed|^Disconnected/.test(line),
  );
  return loginFailed(place, {
    user,
    tried: log.findAll(/^debug1: Offering public key: (.+?) \S+ SHA256:/),
    skipped: log.findAll(/^Load key (.*)$/).map((text) => text.replaceAll('"', '')),
    methods: methods === undefined ? [] : [methods],
    said: others.length === 0 ? undefined : others.join('; '),
  });
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

function connectFailed(place: Place, said: string): FunbricError | undefined {
  const line = /^ssh: (connect to host|Could not resolve hostname) .*$/m.exec(said)?.[0];
  if (line === undefined) return undefined;
  const code = socketErrors.find(([pattern]) => pattern.test(line))?.[1];
  // It may be a jump host that can't be reached.
  const target = /(?:host|hostname) ([^\s:]+)/.exec(line)?.[1] ?? place.address;
  const at = target === place.address ? place : { ...place, address: target, port: portIn(line) ?? place.port };
  return socketFailed(at, Object.assign(new Error(line), code === undefined ? {} : { code }));
}

function portIn(line: string): number | undefined {
  const port = / port (\d+)/.exec(line)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** The last line is mostly that the connection was closed; what explains it stands before. */
function tellingLine(log: SshLog): string {
  const telling = log.messages.filter(
    (line) => !/^(Connection closed by|Disconnected from|Connection to \S+ closed)/.test(line),
  );
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
