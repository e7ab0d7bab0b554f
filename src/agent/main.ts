/** What runs on a host, bundled to one file: `node agent.cjs <start marker>`. */
import { startAgent } from './start.ts';

startAgent();
