/**
 * `--mount nfs4.1://server/export`: what a task that mounts on every host takes on its command line, and what comes of it.
 * Everything is looked at here, before any host is reached; on the hosts it is only quoted.
 */
import { FunbricError } from '../../model/errors.ts';
import type { MountSpec } from '../../model/mount-spec.ts';
import { expandNodeSet } from '../../model/nodeset.ts';
import type { TaskOption } from '../tasks/task.ts';

/** For the `options` of a task: `options: { ...mountOptions }`. */
export const mountOptions: {
  readonly mount: TaskOption & { readonly type: 'string' };
  readonly mountOptions: TaskOption & { readonly type: 'list' };
  readonly mountCredentials: TaskOption & { readonly type: 'string' };
} = {
  mount: {
    type: 'string',
    describe:
      'mount this on every host before, unmount it after: nfs3, nfs4, nfs4.1, nfs4.2, smb2 or smb3://SERVER/EXPORT',
  },
  mountOptions: { type: 'list', describe: 'options for it: rsize=65536,noac' },
  mountCredentials: {
    type: 'string',
    describe: 'file here with lines username=, password= and domain=, for SMB; - is stdin',
  },
};

/** Their values. */
export interface MountValues {
  readonly mount?: string | undefined;
  readonly mountOptions?: readonly string[] | undefined;
  readonly mountCredentials?: string | undefined;
}

/** For the `mount` of a task: undefined where --mount wasn't given. Throws `usage` for what can't be mounted. */
export function mountSpec(values: MountValues, at: string): MountSpec | undefined {
  const { mount: from, mountOptions: options = [], mountCredentials: credentials } = values;
  if (from === undefined) {
    if (options.length === 0 && credentials === undefined) return undefined;
    throw new FunbricError('usage', 'there are options for a mount, but no --mount', {
      hint: 'add it: --mount nfs4.1://SERVER/EXPORT',
    });
  }
  const { type, version, addresses, path } = parseAddress(from);
  checkOptions(options);
  checkCredentials({ from, type, options, credentials });
  checkPlace(at);
  return {
    from,
    type,
    options: [`vers=${version}`, ...options],
    at,
    sources: addresses.map((address) => (type === 'nfs' ? `${address}:${path}` : `//${address}${path}`)),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

type Protocol = Pick<MountSpec, 'type'> & { readonly version: string };

/** Versions as mount.nfs and mount.cifs write them. nfs4 and smb3 leave the minor version to client and server. */
const protocols: Readonly<Record<string, Protocol>> = {
  nfs3: { type: 'nfs', version: '3' },
  nfs4: { type: 'nfs', version: '4' },
  'nfs4.0': { type: 'nfs', version: '4.0' },
  'nfs4.1': { type: 'nfs', version: '4.1' },
  'nfs4.2': { type: 'nfs', version: '4.2' },
  smb2: { type: 'cifs', version: '2.1' },
  'smb2.0': { type: 'cifs', version: '2.0' },
  'smb2.1': { type: 'cifs', version: '2.1' },
  smb3: { type: 'cifs', version: '3' },
  'smb3.0': { type: 'cifs', version: '3.0' },
  'smb3.0.2': { type: 'cifs', version: '3.0.2' },
  'smb3.1.1': { type: 'cifs', version: '3.1.1' },
};

interface Address extends Protocol {
  readonly addresses: readonly string[];
  readonly path: string;
}

function parseAddress(from: string): Address {
  // A slash inside of a bracket is a step, nfs://n[1-9/2]/export, not the start of the path.
  const match = /^([a-z0-9.]+):\/\/((?:\[[^\]]*\]|[^/[\]])+)(\/.*)$/.exec(from);
  const protocol = protocols[match?.[1] ?? ''];
  const [, , servers = '', path = ''] = match ?? [];
  if (protocol === undefined) {
    throw mistake(
      from,
      'says no protocol that we know',
      `write PROTOCOL://SERVER/EXPORT with ${Object.keys(protocols).join(', ')}`,
    );
  }
  const addresses = expandNodeSet(servers);
  for (const address of addresses) checkAddress(from, address, protocol);
  if (/[\\\p{Cc}]/u.test(path)) {
    throw mistake(from, 'has a backslash or a control character in its path', 'no mount can be told by such a name');
  }
  if (protocol.type === 'cifs' && !/^\/[^/]/.test(path)) {
    throw mistake(from, 'names no share', 'write smb3://SERVER/SHARE');
  }
  return { ...protocol, addresses, path: path.replace(/(?<=.)\/+$/, '') };
}

function checkAddress(from: string, address: string, { type }: Protocol): void {
  if (address.includes('@')) {
    throw mistake(from, 'names a user', 'an address is seen by everyone: use --mount-credentials FILE');
  }
  const isName = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(address);
  const isIpv6 = /^\[[0-9A-Fa-f:.]+(%[\w.-]+)?\]$/.test(address);
  if (isIpv6 && type === 'cifs') {
    throw mistake(from, 'has an IPv6 address', 'name the server, and say where it is: --mount-options ip=ADDRESS');
  }
  if (isName || isIpv6) return;
  throw mistake(
    from,
    `has ${JSON.stringify(address)}, which is no server`,
    'write names or addresses, with commas between; a port is an option: --mount-options port=2049',
  );
}

function checkOptions(options: readonly string[]): void {
  for (const option of options) {
    const [name = '', value = ''] = option.split(/=(.*)/s);
    if (/^(pass|password2?|passwd)$/.test(name) || (/^user(name)?$/.test(name) && value.includes('%'))) {
      // The message must not repeat it: messages are kept.
      throw new FunbricError('usage', `--mount-options has ${name}, with a password that everyone could see`, {
        hint: 'use --mount-credentials FILE, with lines username= and password=',
      });
    }
    const told = JSON.stringify(option);
    if (/^(vers|nfsvers|minorversion|v[1-4](\.\d)?)$/.test(name)) {
      throw new FunbricError('usage', `--mount-options has ${told}, but the version is in --mount`, {
        hint: 'write it there: nfs4.1://...',
      });
    }
    if (/^(remount|r?bind|move)$/.test(name) || !/^[A-Za-z][\w.-]*(=[^\p{Cc}]+)?$/u.test(option)) {
      throw new FunbricError('usage', `--mount-options can't have ${told}`, {
        hint: 'write options as mount(8) knows them: rsize=65536,noac',
      });
    }
  }
}

function checkCredentials({
  from,
  type,
  options,
  credentials,
}: Pick<MountSpec, 'from' | 'type'> & {
  readonly options: readonly string[];
  readonly credentials: string | undefined;
}): void {
  if (type === 'nfs' && credentials !== undefined) {
    throw mistake(from, 'is NFS, which takes no --mount-credentials', 'leave them out');
  }
  if (type === 'nfs') return;
  const others = options.filter((option) => /^(guest|cred(entials)?=|sec=krb5|multiuser|none)/.test(option));
  if (credentials === undefined && others.length === 0) {
    throw mistake(from, 'needs a user', 'use --mount-credentials FILE, or --mount-options guest or sec=krb5');
  }
  if (credentials !== undefined && others.some((option) => /^(guest|cred)/.test(option))) {
    throw mistake(from, `has --mount-credentials and the option ${others[0] ?? ''}`, 'choose one of them');
  }
}

function checkPlace(at: string): void {
  const isPlain = at.startsWith('/') && at !== '/' && !/[\\\p{Cc}]/u.test(at);
  const hasOddParts = at
    .split('/')
    .slice(1)
    .some((part) => ['', '.', '..'].includes(part));
  if (isPlain && !hasOddParts) return;
  throw new FunbricError('usage', `nothing can be mounted at ${JSON.stringify(at)}`, {
    hint: 'a mount point is an absolute path, without . and .. and a slash at its end',
  });
}

function mistake(from: string, what: string, hint: string): FunbricError {
  const shown = from.replace(/\/\/[^/]*@/, '//...@');
  return new FunbricError('usage', `--mount ${JSON.stringify(shown)} ${what}`, { hint });
}
