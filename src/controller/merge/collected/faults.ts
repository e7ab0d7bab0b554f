/** What tools themselves found to be wrong with the data: fio's verify reads back what it wrote, so that is proof. */
import type { Finding } from '../../../model/finding.ts';
import type { CheckRun } from '../../../model/run.ts';
import type { BroughtResult } from './overlap.ts';

export const toolVerifyCode = 'T01';

export function toolFindings(brought: readonly BroughtResult[]): readonly Finding[] {
  return brought.flatMap(({ name, held }) => {
    const found = held.faults
      .filter(({ kind }) => kind === 'verify')
      .flatMap(({ job, file, offset, bytes, message }): readonly Finding[] => [
        {
          code: toolVerifyCode,
          grade: 'proven',
          host: name,
          file: file ?? `(job ${job})`,
          ...(offset === undefined ? {} : { offset }),
          count: 1,
          expected: `${bytes === undefined ? 'the data' : `${bytes} bytes`} that ${held.tool} wrote there${job === '' ? '' : ` in its job ${job}`}, by its checksum`,
          found: message,
          witness: [],
        },
      ]);
    const [first, ...others] = found;
    if (first === undefined || held.faultsLeftOut === 0) return found;
    return [{ ...first, leftOut: held.faultsLeftOut }, ...others];
  });
}

/** A check only where a tool was told to look. */
export function toolCheck(brought: readonly BroughtResult[], findings: readonly Finding[]): readonly CheckRun[] {
  const tools = [...new Set(brought.filter(({ held }) => held.isVerifying).map(({ held }) => held.tool))].toSorted();
  if (tools.length === 0) return [];
  return [
    {
      code: toolVerifyCode,
      claim: `all that ${tools.join(' and ')} read back is what it wrote`,
      findings: findings.filter(({ code }) => code === toolVerifyCode).length,
    },
  ];
}
