/** What is wrong with hosts, and what to change. `stops` is what would end a run; all else costs speed, evidence or nerves. */
import { directoryRules, fleetRules } from './directory-rules.ts';
import type { Examination, Examined } from './examination.ts';
import type { Found, Trouble, TroubleContext } from './trouble.ts';

export function troublesOf(hosts: readonly Examined[], context: TroubleContext): readonly Trouble[] {
  const found = hosts.flatMap((host) =>
    findingsOn(host, context).map(({ what, change, stops }) => ({ hosts: [host.host], what, change, stops })),
  );
  return [...joined(found), ...fleetRules(hosts, context)].sort((a, b) => Number(b.stops) - Number(a.stops));
}

/** What several hosts have alike is one trouble. */
function joined(all: readonly Trouble[]): readonly Trouble[] {
  const byText = new Map<string, Trouble>();
  for (const trouble of all) {
    const key = JSON.stringify([trouble.what, trouble.change]);
    const before = byText.get(key);
    byText.set(key, { ...trouble, hosts: [...(before?.hosts ?? []), ...trouble.hosts] });
  }
  return [...byText.values()];
}

/** A host that answered no probe would stop a run as well; one that can't be reached is said as it is, with its own hint. */
function findingsOn(host: Examined, context: TroubleContext): readonly Found[] {
  switch (host.kind) {
    case 'answered':
      return [loginRule(host.loginMs), ...hostRules(host.value), ...directoryRules(host.value, context)].flat();
    case 'failed':
      return [{ what: 'it could be reached, but not examined', change: 'see its line above', stops: true }];
    case 'unreachable':
    case 'lost':
      return [];
  }
}

const slowLoginMs = 5_000;
const slowShellMs = 1_000;
const fewFiles = 1_024;
const fewProcesses = 512;
const littleRoom = 1 << 30;
const clockLimitMs = 1_000;

function loginRule(loginMs: number): readonly Found[] {
  if (loginMs < slowLoginMs) return [];
  const what = `its login takes more than ${slowLoginMs / 1000} s`;
  return [
    {
      what,
      change: 'in its sshd_config: UseDNS no, GSSAPIAuthentication no; look at PAM, LDAP and its load',
      stops: false,
    },
  ];
}

function hostRules(examination: Examination): readonly Found[] {
  return [
    ...nodeRules(examination),
    ...placeRules(examination),
    ...limitRules(examination),
    ...shellRules(examination),
    ...clockRules(examination),
    ...loadRules(examination),
  ];
}

function nodeRules({ node }: Examination): readonly Found[] {
  if (node.isUsable) return [];
  const change = node.change ?? 'install Node.js there (Debian: apt-get install nodejs)';
  return [{ what: node.node, change, stops: true }];
}

/** The agent goes into the home, else into /var/tmp or /tmp; the journal into the second, or into --work-dir. */
function placeRules({ facts: { places } }: Examination): readonly Found[] {
  const found: Found[] = [];
  const [home, ...others] = places;
  const isUsable = (state: string): boolean => state === 'usable' || state === 'noexec';
  const forJournal = others.filter(({ state }) => isUsable(state));
  if (others.length > 0 && forJournal.length === 0) {
    const names = others.map(({ name, state }) => `${name} (${state})`).join(', ');
    const change = 'free space there, or give it rights of 1777, or name another folder with --work-dir';
    found.push({ what: `no room for a journal: ${names}`, change, stops: true });
  }
  const [journal] = forJournal;
  if (journal?.freeBytes !== undefined && journal.freeBytes < littleRoom) {
    const change = 'an hour of stress can write some GiB: free space, or name another folder with --work-dir';
    found.push({ what: `less than 1 GiB is free in ${journal.name}, where the journal grows`, change, stops: false });
  }
  if (home !== undefined && !isUsable(home.state)) {
    const what = `its home is ${home.state}: the agent would be uploaded for every run`;
    found.push({ what, change: 'give the user a home that it can write', stops: false });
  }
  return found;
}

function limitRules({ facts: { openFiles, processes } }: Examination): readonly Found[] {
  const found: Found[] = [];
  const rule = (name: string, text: string, soft: number | undefined, needed: number): void => {
    if (soft === undefined || soft >= needed) return;
    const change = `in its /etc/security/limits.conf: "* soft ${name} ${needed * 8}" (or LimitNOFILE and LimitNPROC of its sshd)`;
    found.push({ what: `only ${soft} ${text} are allowed`, change, stops: false });
  };
  rule('nofile', 'open files', openFiles?.soft, fewFiles);
  rule('nproc', 'processes and threads', processes?.soft, fewProcesses);
  return found;
}

function shellRules({ shell }: Examination): readonly Found[] {
  const found: Found[] = [];
  if (shell.noise !== undefined) {
    const change =
      'funbric skips it, but scp and rsync break on it: in its .bashrc (or rc file), stop where no person looks on: [ -t 0 ] || return';
    found.push({ what: `its login shell prints: ${shell.noise}`, change, stops: false });
  }
  if (shell.startMs >= slowShellMs) {
    const what = `its login shell takes more than ${slowShellMs / 1000} s before a command runs`;
    found.push({ what, change: 'look at what its profile and .bashrc start; every command pays for it', stops: false });
  }
  return found;
}

function clockRules({ clock }: Examination): readonly Found[] {
  if (clock === undefined) return [];
  const isAhead = clock.lowMs > clockLimitMs;
  if (!isAhead && clock.highMs >= -clockLimitMs) return [];
  const what = `its clock is more than ${clockLimitMs / 1000} s ${isAhead ? 'ahead of' : 'behind'} this machine's`;
  return [
    { what, change: 'set one by the other: chronyd or systemd-timesyncd; a run itself trusts no clock', stops: false },
  ];
}

function loadRules({ facts: { load, cpus } }: Examination): readonly Found[] {
  if (load === undefined || cpus === undefined || load <= 2 * cpus) return [];
  return [
    { what: `it is busy: its load is above twice its ${cpus} CPUs`, change: 'see what runs there: top', stops: false },
  ];
}
