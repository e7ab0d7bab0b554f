/** One ssh as a line to a host: starts commands through its control socket, and says when and why it ended. */
import { FunbricError } from '../../model/errors.ts';
import type { Line } from '../connection/line.ts';
import { onAbort } from '../on-abort.ts';
import { placeText } from '../place.ts';
import { printable } from '../printable.ts';
import type { RemoteProcess } from '../transport.ts';
import { endOf } from './errors.ts';
import type { Master } from './master.ts';
import type { Proxy } from './proxy.ts';
import type { Session } from './session.ts';
import type { OpensshSettings } from './settings.ts';

export function lineOf(master: Master, proxy: Proxy, settings: OpensshSettings): Line {
  let ended: string | undefined;
  let isClosedByUs = false;
  const watch = async (): Promise<string> => {
    const mistake = await Promise.race([proxy.closed, master.ended.then(() => undefined)]);
    proxy.close();
    // Its socket closes a moment before ssh says why; alone it would stay.
    await (mistake === undefined && !isClosedByUs ? Promise.race([master.ended, late(master)]) : master.stop());
    ended = isClosedByUs ? 'closed by us' : (mistake ?? endOf(master.log, settings));
    proxy.lose(ended);
    return ended;
  };
  const closed = watch();
  let isUsed = false;
  return {
    closed,
    async start(command, signal) {
      signal?.throwIfAborted();
      if (ended !== undefined) throw lost(settings, `the connection is gone (${ended})`, goneHint);
      const isFirst = !isUsed;
      isUsed = true;
      return startOn(proxy.run(command, signal), { settings, signal, isFirst });
    },
    async close() {
      isClosedByUs ||= ended === undefined;
      // At once: what the host still says of a command on the way out isn't how that ended.
      if (isClosedByUs) proxy.lose('closed by us');
      proxy.close();
      await closed;
    },
  };
}

/** For ssh to end after its control socket did. */
const lateMs = 1000;

async function late(master: Master): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, lateMs).unref());
  await master.stop();
}

const goneHint = 'it may have rebooted or lost its network: see its console';

const refusedHint = 'sshd there may allow no sessions (MaxSessions) or no commands (ForceCommand)';

async function startOn(
  session: Session,
  given: {
    readonly settings: OpensshSettings;
    readonly signal: AbortSignal | undefined;
    readonly isFirst: boolean;
  },
): Promise<RemoteProcess | 'full'> {
  const { settings, signal, isFirst } = given;
  const aborted = new Promise<'aborted'>((resolve) => {
    void session.start.then(onAbort(signal, () => resolve('aborted')));
  });
  const start = await Promise.race([session.start, aborted]);
  if (start === 'aborted') {
    session.abandon();
    throw signal?.reason;
  }
  switch (start.kind) {
    case 'started':
      return start.process;
    case 'full':
      if (!isFirst) return 'full';
      throw lost(settings, start.reason, refusedHint);
    case 'declined':
      throw lost(settings, 'the host took no command', refusedHint);
    case 'lost':
      throw lost(settings, `the connection is gone (${start.reason})`, goneHint);
  }
}

function lost({ place }: OpensshSettings, why: string, hint: string): FunbricError {
  return new FunbricError('lost', `${placeText(place)}: no command can be started: ${printable(why)}`, { hint });
}
