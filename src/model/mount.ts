/** A file system of a host, as its /proc/self/mountinfo tells it. All texts are the host's: hostile. */
import * as z from 'zod/mini';

export const mountSchema = z.object({
  path: z.string(),
  type: z.string(),
  source: z.string(),
  options: z.array(z.string()),
});
export type Mount = z.infer<typeof mountSchema>;
