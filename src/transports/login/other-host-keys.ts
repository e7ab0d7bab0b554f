/**
 * After a login OpenSSH's sshd names all its host keys, for clients that keep known_hosts up to date with them (UpdateHostKeys).
 * We don't; ssh2 yet lets the host sign each of them and checks the signatures, for an event that nobody hears: a tenth of
 * what a login costs here, and more of it there. There is no option for it, and the handlers aren't in the types: hence
 * the looking.
 */
export function ignoreOtherHostKeys(client: object): void {
  const protocol = '_protocol' in client ? client._protocol : undefined;
  const handlers = isObject(protocol) && '_handlers' in protocol ? protocol._handlers : undefined;
  if (!hasAnswers(handlers)) return;
  const answer = handlers.GLOBAL_REQUEST;
  handlers.GLOBAL_REQUEST = (from, name, ...rest) => answer(from, name === offerName ? unknownName : name, ...rest);
}

const offerName = 'hostkeys-00@openssh.com';

/** To what it doesn't know ssh2 says no, where the host wants to hear anything. */
const unknownName = 'not wanted';

interface Handlers {
  GLOBAL_REQUEST: (from: unknown, name: string, ...rest: readonly unknown[]) => void;
}

function hasAnswers(handlers: unknown): handlers is Handlers {
  return isObject(handlers) && 'GLOBAL_REQUEST' in handlers && typeof handlers.GLOBAL_REQUEST === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
