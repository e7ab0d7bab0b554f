/** A file system that every host mounts before a task and unmounts after it, decided before the first byte is sent. */
import * as z from 'zod/mini';

export const mountSpecSchema = z.object({
  /** As it was asked for: nfs4.1://10.0.0.1,10.0.0.2/export. */
  from: z.string(),
  /** For mount(8); the version is among the options. */
  type: z.enum(['nfs', 'cifs']),
  options: z.array(z.string()),
  /** The mount point, absolute, the same on every host. */
  at: z.string(),
  /** One a server address: host i mounts the one at i modulo their number. */
  sources: z.array(z.string()),
  /** Where the credentials are read on the controller: a path, or `-` for standard input. They themselves are never kept. */
  credentials: z.optional(z.string()),
});
export type MountSpec = Readonly<z.infer<typeof mountSpecSchema>>;

export function sourceOf({ sources }: MountSpec, host: number): string {
  return sources[host % sources.length] ?? '';
}

/** As a person would type it on that host. */
export function mountCommandOf(spec: MountSpec, host: number): readonly string[] {
  const secret = spec.credentials === undefined ? [] : ['credentials=...'];
  return ['mount', '-t', spec.type, '-o', [...spec.options, ...secret].join(','), sourceOf(spec, host), spec.at];
}

/** For people: `mount -t nfs -o vers=4.1 10.0.0.1:/export, 10.0.0.2:/export on /mnt/t, one after the other over the hosts`. */
export function describeMount({ type, options, at, sources }: MountSpec): string {
  const turns = sources.length === 1 ? '' : ', in turn over the hosts';
  return `mount -t ${type} -o ${options.join(',')}, ${sources.join(' and ')}${turns}, at ${at}`;
}
