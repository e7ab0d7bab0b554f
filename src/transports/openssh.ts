/**
 * Reaches hosts with the user's own OpenSSH: what funbric's SSH can't do (FIDO keys, user certificates, GSSAPI, post-quantum
 * key exchange, PKCS#11, whatever ssh_config says) is as it is there. ssh logs in and encrypts; the commands are ours.
 */
import { spawnSync } from 'node:child_process';
import { errorCodeOf, FunbricError, messageOf } from '../model/errors.ts';
import { connectionOf } from './connection/connection.ts';
import { abortedAt } from './connection/errors.ts';
import type { Line } from './connection/line.ts';
import { keyNotAdded } from './host-keys/errors.ts';
import { makeConnectLimit } from './login/connect-limit.ts';
import { droppedTooOften } from './login/errors.ts';
import { makeLoginGate, type LoginAttempt } from './login/gate.ts';
import { onAbort } from './on-abort.ts';
import { refusalOf } from './openssh/errors.ts';
import { lineOf } from './openssh/line.ts';
import { startMaster, type Master, type MasterOptions } from './openssh/master.ts';
import { settingOptions, sshOptions, targetOf } from './openssh/options.ts';
import { connectProxy } from './openssh/proxy.ts';
import { askSettings, noProgram, type OpensshSettings } from './openssh/settings.ts';
import { unreachable } from './place.ts';
import type { SshOptions } from './ssh.ts';
import type { Transport } from './transport.ts';

const defaultKeepaliveMs = 10_000;

export function opensshTransport(options: SshOptions): Transport {
  const gate = makeLoginGate(options.random);
  const { program = 'ssh', env, home, configFile } = options;
  // ssh counts in whole seconds.
  const keepaliveMs = Math.ceil((options.keepaliveMs ?? defaultKeepaliveMs) / 1000) * 1000;
  const isAskpassForced = env['SSH_ASKPASS_REQUIRE'] === 'force' && env['SSH_ASKPASS'] !== undefined;
  return {
    scheme: 'openssh',
    check() {
      requireSsh(program);
      refuseOwnWays(options);
    },
    async connect(host, { signal: callersSignal, connectMs, isNewKeyAccepted }) {
      callersSignal.throwIfAborted();
      const given = sshOptions({ host, home, configFile, isNewKeyAccepted, connectMs });
      const target = targetOf(host);
      const settings = await askSettings({ name: host.name, program, args: [...given, ...target], env, keepaliveMs });
      const ssh = { program, options: [...given, ...loginOptions(settings, isAskpassForced)], target, env };
      const open = async (signal: AbortSignal): Promise<Line> => {
        const limit = makeConnectLimit(signal, connectMs);
        const attempt = async (): Promise<LoginAttempt<Line>> => {
          limit.start();
          return login(ssh, settings, limit.signal);
        };
        try {
          const isOver = (): boolean => limit.signal.aborted;
          const outcome = await gate.login({ address: settings.gate, signal, isOver, attempt });
          if (outcome.kind === 'dropped') throw droppedTooOften(settings.place, outcome);
          return outcome.value;
        } finally {
          limit.end();
        }
      };
      return connectionOf(await open(callersSignal), settings.place, open, connectMs);
    },
  };
}

/** What only funbric's own SSH does, rather than go on without it. */
function refuseOwnWays({ isAgentForwarded, secrets }: SshOptions): void {
  const flag = isAgentForwarded === true ? '-A' : secrets?.password === undefined ? undefined : 'login password';
  if (flag === undefined) return;
  throw new FunbricError('usage', `--transport openssh takes no ${flag}`, {
    hint: "leave one of the two out: funbric's own SSH does that; docs/openssh-transport.md has what ssh may ask",
  });
}

function requireSsh(program: string): void {
  if (process.platform === 'win32') {
    throw new FunbricError('usage', "the ssh of Windows can't hold a connection for others (ControlMaster)", {
      hint: 'leave out --transport openssh, or run funbric in WSL',
    });
  }
  const { error } = spawnSync(program, ['-V'], { stdio: 'ignore' });
  if (error !== undefined && errorCodeOf(error) === 'ENOENT') throw noProgram(program);
}

/** What `ssh -G` must not hear: with BatchMode Debian's has a ServerAliveInterval that nobody chose. */
function loginOptions({ idle }: OpensshSettings, isAskpassForced: boolean): readonly string[] {
  return settingOptions({
    // Hosts that ask all at once, on a terminal that shows a run, can't be answered.
    BatchMode: isAskpassForced ? 'no' : 'yes',
    // As funbric's own SSH has it, where ssh_config says nothing: a host that falls silent must be noticed.
    ServerAliveInterval: String(idle.keepaliveMs / 1000),
    ServerAliveCountMax: String(idle.keepalives),
  });
}

async function login(
  options: MasterOptions,
  settings: OpensshSettings,
  signal: AbortSignal,
): Promise<LoginAttempt<Line>> {
  const master = startMaster(options);
  try {
    const outcome = await loginOf(master, settings, signal);
    if (outcome === 'refused') {
      const refusal = refusalOf(master.log, settings);
      if (refusal instanceof FunbricError) throw refusal;
      return refusal;
    }
    if (outcome !== 'up') throw notStarted(settings, options.program, outcome);
    requireKnown(master, settings);
    const proxy = await connectProxy(master.socketPath, signal).catch((error: unknown) => {
      if (signal.aborted) throw abortedAt(settings.place, 'login', signal.reason);
      const hint = 'this takes OpenSSH 7.4 or later here (ssh -V)';
      throw unreachable(settings.place, `no command can be given to its ssh: ${messageOf(error)}`, hint);
    });
    master.adopt(proxy.pid);
    master.log.forget();
    return { kind: 'connected', value: lineOf(master, proxy, settings) };
  } catch (error) {
    await master.stop();
    throw error;
  }
}

async function loginOf(
  master: Master,
  { place }: OpensshSettings,
  signal: AbortSignal,
): Promise<Awaited<Master['login']>> {
  let stopListening = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(abortedAt(place, master.log.stage, signal.reason));
    stopListening = onAbort(signal, giveUp);
    if (signal.aborted) giveUp();
  });
  try {
    return await Promise.race([master.login, aborted]);
  } finally {
    stopListening();
  }
}

function notStarted({ place }: OpensshSettings, program: string, error: Error): FunbricError {
  if (errorCodeOf(error) === 'ENOENT') return noProgram(program);
  const hint = 'is this machine out of processes or memory? Fewer hosts at once (-P) need less';
  return unreachable(place, `${program} can't be started: ${error.message}`, hint, error);
}

function requireKnown({ log }: Master, { place }: OpensshSettings): void {
  const failure = log.find(/^Failed to add the host.*/);
  if (failure === undefined) return;
  throw keyNotAdded(place, `its host key can't be added: ${failure}`);
}
