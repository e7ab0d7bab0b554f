/** What is folded away: which of it somebody opened is part of the view, and on paper everything is open. */
import type { View } from './view-state.ts';

export function startDetails(view: View): void {
  const all = [...document.querySelectorAll('details')];
  const usual = all.map(({ open }) => open);
  for (const index of view.get('open').split('.')) {
    const details = index === '' ? undefined : all[Number(index)];
    if (details !== undefined) details.open = !details.open;
  }
  let isPrinting = false;
  // Toggle doesn't bubble; it can be caught on its way down.
  document.addEventListener(
    'toggle',
    () => {
      const changed = all.flatMap(({ open }, index) => (open === usual[index] ? [] : [index]));
      if (!isPrinting) view.set('open', changed.join('.'));
    },
    true,
  );
  let before: readonly boolean[] = [];
  addEventListener('beforeprint', () => {
    isPrinting = true;
    before = all.map(({ open }) => open);
    for (const details of all) details.open = true;
  });
  addEventListener('afterprint', () => {
    for (const [index, details] of all.entries()) details.open = before[index] ?? false;
    // Events of these changes come later.
    setTimeout(() => {
      isPrinting = false;
    }, 100);
  });
}
