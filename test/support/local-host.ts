/** This machine as a host with a home of its own, for what is deployed to it. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { loadAgentBundle } from '../../src/controller/deploy/agent.ts';
import { deployAgent, type DeployedAgent } from '../../src/controller/deploy/deploy.ts';
import { openRuntimes, type Runtimes, type Sending } from '../../src/controller/deploy/runtime.ts';
import type { RuntimeChoice } from '../../src/controller/deploy/runtime-source.ts';
import { packageFiles } from '../../src/controller/package-files.ts';
import { localTransport } from '../../src/transports/local.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { testConnect, testHost } from './transports.ts';

export interface LocalHost extends AsyncDisposable {
  readonly home: string;
  readonly connection: Connection;
  /** What was sent so far. */
  readonly sent: readonly Sending[];
  /** `over` another connection than its own. */
  deploy(choice?: RuntimeChoice, over?: Connection): Promise<DeployedAgent>;
}

/** Until it is disposed of, HOME is the host's. */
export async function openLocalHost(root: string): Promise<LocalHost> {
  const home = mkdtempSync(join(root, 'home-'));
  const realHome = process.env['HOME'];
  process.env['HOME'] = home;
  const connection = await localTransport({ home }).connect(testHost('a'), testConnect());
  const sent: Sending[] = [];
  const opened = new Map<string, Promise<Runtimes>>();
  const runtimesOf = async (choice: RuntimeChoice): Promise<Runtimes> => {
    const key = JSON.stringify(choice);
    const runtimes = opened.get(key) ?? openRuntimes(choice, []);
    opened.set(key, runtimes);
    return await runtimes;
  };
  return {
    home,
    connection,
    sent,
    async deploy(choice = { kind: 'auto' }, over = connection) {
      const runtimes = await runtimesOf(choice);
      const bundle = await loadAgentBundle(packageFiles.agent);
      const { signal } = new AbortController();
      return await deployAgent(over, { bundle, runtimes, signal, onSending: (sending) => sent.push(sending) });
    },
    async [Symbol.asyncDispose]() {
      for (const opening of await Promise.allSettled(opened.values())) {
        if (opening.status === 'fulfilled') await opening.value[Symbol.asyncDispose]();
      }
      await connection[Symbol.asyncDispose]();
      process.env['HOME'] = realHome;
    },
  };
}
