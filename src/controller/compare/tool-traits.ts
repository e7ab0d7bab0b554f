/** What results of tools are of: tests that differ in it are not the same test, whatever their figures say. */
import type { BroughtResult } from '../merge/collected/overlap.ts';

/** Of one host; it may have brought several results, in whatever order. */
export function toolTraits(brought: readonly BroughtResult[], gaps: readonly string[]): ReadonlyMap<string, string> {
  const tools = [...new Set(brought.map(({ held }) => held.tool))].toSorted();
  const all = tools.flatMap((tool) => {
    const ours = brought.filter(({ held }) => held.tool === tool);
    const named = (trait: string): string => (tools.length === 1 ? trait : `${trait} of ${tool}`);
    // Of the directory under test only what is mounted there matters, and fio says nothing of that.
    const traits = (ours[0]?.held.traits ?? []).filter(
      ({ name }) => name !== 'tool' && !(tool === 'fio' && name === 'target'),
    );
    return [
      ...traits.map(({ name }) => ({
        name: named(name),
        values: ours.map(({ held }) => held.traits.find((trait) => trait.name === name)?.value ?? ''),
      })),
      { name: `version of ${tool}`, values: ours.map(({ held }) => held.toolVersion ?? '') },
      ...optionsOf(ours).map(({ name, values }) => ({ name: `${tool} ${name}`, values })),
    ];
  });
  return new Map(
    [{ name: 'tool', values: tools }, ...all, { name: 'incomplete', values: gaps }]
      .map(({ name, values }) => [name, values.toSorted().join(' | ')] as const)
      .filter(([, value]) => value !== ''),
  );
}

function optionsOf(brought: readonly BroughtResult[]): readonly { name: string; values: readonly string[] }[] {
  const options = brought.flatMap(({ held }) => held.asked.options ?? []);
  const byName = new Map<string, string[]>();
  for (const { name, value } of options) byName.set(name, [...(byName.get(name) ?? []), value]);
  return [...byName].map(([name, values]) => ({ name, values }));
}
