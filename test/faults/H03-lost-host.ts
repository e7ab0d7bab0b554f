/** The agent dies in the middle of the stress. */
import { momentsOf, type Fault } from './fault.ts';

export const lostHost: Fault = {
  code: 'H03',
  name: 'lost host',
  causes: { verdict: 'incomplete', grade: 'indeterminate' },
  decorate(operations, options) {
    const moments = momentsOf(options);
    return {
      ...operations,
      write(...given) {
        if (moments.isNow()) process.kill(process.pid, 'SIGKILL');
        return operations.write(...given);
      },
    };
  },
};
