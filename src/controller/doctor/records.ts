/** The doctor's findings for programs: a value a host. A limit that is null is none. */
import type { FleetHealth } from './examine.ts';

export function healthRecords({ hosts, troubles }: FleetHealth): readonly object[] {
  return hosts.map((host) => {
    const own = troubles.filter((trouble) => trouble.hosts.includes(host.host));
    const found = host.kind === 'answered' ? { loginMs: host.loginMs, ...host.value } : { reason: host.reason };
    return {
      kind: 'host',
      host: host.host,
      status: host.kind,
      ...found,
      troubles: own.map(({ what, change, stops }) => ({ what, change, stops })),
    };
  });
}
