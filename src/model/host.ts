/**
 * A machine to reach. The name is what was typed or the key in hosts.json, without user, with `:port` only if it was
 * typed; names are unique in a run. Everything else says how to get there, and is never taken from the host itself.
 */
import * as z from 'zod/mini';

export const variableSchema = z.union([z.string(), z.number(), z.boolean()]);
export type Variable = z.infer<typeof variableSchema>;

/** A jump host, as far as it isn't left to ssh_config. */
export const hopSchema = z.object({
  name: z.string(),
  address: z.optional(z.string()),
  port: z.optional(z.number()),
  user: z.optional(z.string()),
  identityFiles: z.optional(z.array(z.string())),
  knownHostsFiles: z.optional(z.array(z.string())),
});
export type Hop = Readonly<z.infer<typeof hopSchema>>;

export const hostSchema = z.object({
  name: z.string(),
  /** What to connect to, where it isn't the name. */
  address: z.optional(z.string()),
  port: z.optional(z.number()),
  user: z.optional(z.string()),
  /** Paths of private keys on the controller. */
  identityFiles: z.optional(z.array(z.string())),
  /** Paths of known_hosts files on the controller; ssh's own where not given. */
  knownHostsFiles: z.optional(z.array(z.string())),
  /** Jump hosts on the way, the first one first; none: there is no proxy, whatever ssh_config says. */
  jump: z.optional(z.array(hopSchema)),
  /** `ssh`, or `local` for this machine without SSH. */
  transport: z.optional(z.string()),
  roles: z.array(z.string()),
  groups: z.array(z.string()),
  variables: z.record(z.string(), variableSchema),
});
export type Host = Readonly<z.infer<typeof hostSchema>>;
