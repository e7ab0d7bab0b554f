/** The options of funbric itself, which every task has: one table that parsing, help and the task loader read. */
import type { TaskOption } from '../controller/task.ts';
import { progressChoices } from './progress/choice.ts';

export interface FleetOption extends TaskOption {
  readonly alias?: string;
  readonly group: 'Hosts' | 'Reaching them' | 'The run' | 'Output' | 'Other';
  /** What stands for the value in help. */
  readonly placeholder?: string;
}

export const fleetOptions = {
  hosts: {
    alias: 'H',
    type: 'string',
    group: 'Hosts',
    placeholder: 'HOSTS',
    describe: 'hosts as [user@]host[:port], with commas and ranges: web[01-60]; @group of hosts.json; repeatable',
  },
  role: {
    alias: 'R',
    type: 'string',
    group: 'Hosts',
    placeholder: 'ROLE',
    describe: 'hosts with a role in hosts.json',
  },
  exclude: { alias: 'x', type: 'string', group: 'Hosts', placeholder: 'HOSTS', describe: 'but not these' },
  'hosts-file': {
    type: 'string',
    group: 'Hosts',
    placeholder: 'FILE',
    describe: 'file with hosts, groups and roles; ./hosts.json where there is one',
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
  transport: {
    type: 'string',
    group: 'Reaching them',
    placeholder: 'NAME',
    describe: 'ssh, or local for this machine without SSH',
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
  color: { type: 'boolean', group: 'Output', describe: '--no-color: none; also NO_COLOR and FORCE_COLOR' },
  list: { type: 'boolean', group: 'Other', describe: 'show the tasks and their options' },
  'list-hosts': { type: 'boolean', group: 'Other', describe: 'show the hosts that are meant' },
  version: { type: 'boolean', group: 'Other', describe: 'show the version' },
  help: { alias: 'h', type: 'boolean', group: 'Other', describe: 'show this, or after a task its options' },
} as const satisfies Readonly<Record<string, FleetOption>>;

export const fleetOptionNames: readonly string[] = Object.keys(fleetOptions);
