/** The options of funbric itself, which every task has: one table that parsing, help and the task loader read. */
import type { TaskOption } from '../../controller/tasks/task.ts';
import { progressChoices } from '../progress/choice.ts';

export interface FleetOption extends TaskOption {
  readonly group: 'Hosts' | 'Reaching them' | 'Rolling' | 'Commands behind --' | 'The run' | 'Output' | 'Other';
  /** What stands for the value in help. */
  readonly placeholder?: string;
}

export const fleetOptions = {
  hosts: {
    alias: 'H',
    type: 'string',
    group: 'Hosts',
    placeholder: 'HOSTS',
    describe:
      'hosts as [user@]host[:port], ranges: web[01-60], @group and @* of hosts.json; between them , is and, ! but not, & only if also, ^ in one of both; repeatable',
  },
  role: {
    alias: 'R',
    type: 'string',
    group: 'Hosts',
    placeholder: 'ROLE',
    describe: 'hosts with a role in hosts.json',
  },
  exclude: { alias: 'x', type: 'string', group: 'Hosts', placeholder: 'HOSTS', describe: 'but not these' },
  limit: {
    type: 'string',
    group: 'Hosts',
    placeholder: 'HOSTS',
    describe: 'only those of the hosts that are also here; repeatable',
  },
  pick: { type: 'number', min: '1', group: 'Hosts', placeholder: 'N', describe: 'only N of them by chance (--seed)' },
  rerun: {
    type: 'string',
    choices: ['failed', 'missing'],
    group: 'Hosts',
    describe:
      'only hosts that failed, or that were unreachable or lost, in the last command or run from this folder; without -H and hosts.json its hosts',
  },
  'hosts-file': {
    type: 'string',
    group: 'Hosts',
    placeholder: 'FILE',
    describe: 'hosts, groups and roles as JSON, or one host a line; - is stdin; ./hosts.json where there is one',
  },
  user: { alias: 'u', type: 'string', group: 'Reaching them', placeholder: 'USER', describe: 'user to log in as' },
  port: {
    alias: 'p',
    type: 'number',
    group: 'Reaching them',
    placeholder: 'PORT',
    describe: 'port of the SSH servers',
  },
  identity: {
    alias: 'i',
    type: 'string',
    group: 'Reaching them',
    placeholder: 'FILE',
    describe: 'private key; repeatable',
  },
  jump: {
    alias: 'J',
    type: 'string',
    group: 'Reaching them',
    placeholder: 'HOSTS',
    describe:
      'jump hosts as [user@]host[:port], with commas, the first one first; none: directly; else as ssh_config says',
  },
  'forward-agent': {
    alias: 'A',
    type: 'boolean',
    group: 'Reaching them',
    describe: 'let what runs on the hosts, not on jump hosts, use the keys of your agent',
  },
  'ask-pass': {
    type: 'boolean',
    group: 'Reaching them',
    describe: 'ask once for the login password of all hosts',
  },
  'password-file': {
    type: 'string',
    group: 'Reaching them',
    placeholder: 'FILE',
    describe: 'file with that password, which only you may read; - is stdin, /dev/fd/3 a descriptor',
  },
  'connect-timeout': {
    alias: 't',
    type: 'duration',
    group: 'Reaching them',
    placeholder: 'TIME',
    default: '15s',
    describe: 'limit on a login, with all its tries',
  },
  'command-timeout': {
    alias: 'T',
    type: 'duration',
    group: 'Reaching them',
    placeholder: 'TIME',
    default: '0',
    describe: 'limit on each command; 0 is none',
  },
  'idle-timeout': {
    type: 'duration',
    max: '596h',
    group: 'Reaching them',
    placeholder: 'TIME',
    default: '0',
    describe: 'limit on the silence of a command that prints nothing; 0 is none',
  },
  'run-timeout': {
    type: 'duration',
    max: '596h',
    group: 'Reaching them',
    placeholder: 'TIME',
    default: '0',
    describe: 'limit on all of it; then it ends as by Ctrl-C, with teardown and report; 0 is none',
  },
  parallel: {
    alias: 'P',
    type: 'number',
    group: 'Reaching them',
    placeholder: 'N',
    default: 32,
    describe: 'logins, or commands after --, at the same time',
  },
  'accept-new': {
    type: 'boolean',
    group: 'Reaching them',
    describe: 'add unknown host keys to known_hosts; changed ones stay refused',
  },
  'known-hosts': {
    type: 'string',
    group: 'Reaching them',
    placeholder: 'FILE',
    describe: "known_hosts file instead of ssh's own",
  },
  runtime: {
    type: 'string',
    group: 'Reaching them',
    placeholder: 'WHICH',
    default: 'auto',
    describe:
      "Node.js for the agent: auto (the host's own, else one of npm's that is sent), host (its own only), or FILE, a node program for Linux to send; repeatable, for several kinds of hosts",
  },
  transport: {
    type: 'string',
    group: 'Reaching them',
    placeholder: 'NAME',
    describe:
      "ssh (funbric's own), openssh (your ssh program: FIDO keys, certificates, ...), or local for this machine",
  },
  batch: {
    type: 'string',
    group: 'Rolling',
    placeholder: 'N|N%,...',
    describe:
      'hosts in batches, one after the other: 1,10%,100%; the last size repeats; a batch that fails whole is the last',
  },
  'max-fail': {
    type: 'string',
    group: 'Rolling',
    placeholder: 'N|N%',
    describe: 'begin no further host once more than so many have failed or are unreachable',
  },
  'warn-only': {
    alias: 'w',
    type: 'boolean',
    group: 'Rolling',
    describe: 'a command that fails is a warning; unreachable hosts still count',
  },
  gather: {
    alias: 'b',
    type: 'boolean',
    group: 'Commands behind --',
    describe: 'show equal output of many hosts once, when all are done',
  },
  diff: {
    type: 'boolean',
    group: 'Commands behind --',
    describe: 'show what output differs in from that of most hosts; with -b also theirs',
  },
  out: {
    type: 'string',
    group: 'Commands behind --',
    placeholder: 'DIR',
    describe: 'keep the output of each host in a new folder: 0007/stdout, 0007/stderr, index.json, junit.xml',
  },
  'max-output': {
    type: 'size',
    group: 'Commands behind --',
    placeholder: 'SIZE',
    default: '64MiB',
    describe: 'kept of each stream of a host by --out, and by -b up to 4 MiB; the rest is dropped',
  },
  sudo: {
    type: 'boolean',
    group: 'Reaching them',
    describe: 'do all of it on the hosts as root, by sudo',
  },
  'sudo-user': {
    type: 'string',
    group: 'Reaching them',
    placeholder: 'USER',
    describe: 'as this user, by sudo',
  },
  'ask-sudo-pass': {
    type: 'boolean',
    group: 'Reaching them',
    describe: 'ask once for the password that sudo wants, for all hosts; it is only given to a sudo that asks',
  },
  'sudo-password-file': {
    type: 'string',
    group: 'Reaching them',
    placeholder: 'FILE',
    describe: 'file with that password; - is stdin',
  },
  seed: {
    type: 'number',
    group: 'The run',
    placeholder: 'N',
    describe: 'same seed, same decisions; a new one each run where not given',
  },
  'before-verify': {
    type: 'string',
    group: 'The run',
    placeholder: 'CMD',
    describe: 'command to run here between stress and verify, with FUNBRIC_DIR and FUNBRIC_RUN set',
  },
  'after-crash': {
    type: 'boolean',
    group: 'The run',
    describe: 'that command crashes the file system and brings it back: only what was synced must be there',
  },
  'before-verify-timeout': {
    type: 'duration',
    group: 'The run',
    placeholder: 'TIME',
    default: '10m',
    describe: 'limit on that command',
  },
  hung: {
    type: 'duration',
    group: 'The run',
    placeholder: 'TIME',
    default: '60s',
    describe: 'an operation that takes longer is a finding, and what never ends is given up',
  },
  'max-errors': {
    type: 'percent',
    group: 'The run',
    placeholder: 'SHARE%',
    default: '5%',
    describe: "more unexpected errors among a host's operations are a finding",
  },
  'work-dir': {
    type: 'string',
    group: 'The run',
    placeholder: 'DIR',
    describe: 'where agents keep journals, never on the file system under test; /var/tmp where not given',
  },
  keep: { type: 'boolean', group: 'The run', describe: 'leave what the run wrote on the file system under test' },
  reports: {
    type: 'string',
    group: 'The run',
    placeholder: 'DIR',
    default: './reports',
    describe: 'where a folder for each run is made',
  },
  'dry-run': { type: 'boolean', group: 'The run', describe: 'show hosts and plan, and connect to nothing' },
  progress: {
    type: 'string',
    group: 'Output',
    placeholder: 'KIND',
    choices: progressChoices,
    default: 'auto',
    describe:
      'while a run goes on: tty (a live board), plain (lines), json (as --json), quiet (only what went wrong); auto is tty on a terminal, else plain',
  },
  json: {
    type: 'boolean',
    group: 'Output',
    describe: 'events, lists and plans as JSON on stdout, people on stderr; the same as --progress json',
  },
  color: {
    type: 'boolean',
    group: 'Output',
    describe: 'colors on a terminal; --no-color: none; NO_COLOR and FORCE_COLOR count, too',
  },
  list: { type: 'boolean', group: 'Other', describe: 'show the tasks and their options' },
  'list-hosts': { type: 'boolean', group: 'Other', describe: 'show the hosts that are meant' },
  version: { type: 'boolean', group: 'Other', describe: 'show the version' },
  help: { alias: 'h', type: 'boolean', group: 'Other', describe: 'show this, or after a task its options' },
} as const satisfies Readonly<Record<string, FleetOption>>;

export const fleetOptionNames: readonly string[] = Object.keys(fleetOptions);
