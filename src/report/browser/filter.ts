/** One word narrows the page to the rows, findings and outputs that hold it: a host, a file, a code. */
import type { View } from './view-state.ts';

export function startFilter(view: View): void {
  const tools = document.querySelector<HTMLElement>('.tools');
  const input = document.querySelector<HTMLInputElement>('#filter');
  const count = document.querySelector('#filter-count');
  if (tools === null || input === null || count === null) return;
  const things = [...document.querySelectorAll<HTMLElement>('tbody tr, .finding, .output, .small > figure')]
    // What belongs to a finding is read with it.
    .filter((thing) => thing.matches('.finding') || thing.closest('.finding') === null);
  const apply = (): void => {
    const word = input.value.trim().toLowerCase();
    let shown = 0;
    for (const thing of things) {
      const matches = word === '' || (thing.textContent ?? '').toLowerCase().includes(word);
      thing.hidden = !matches;
      if (matches) shown++;
    }
    count.textContent = word === '' ? '' : `${shown} of ${things.length} match`;
  };
  input.value = view.get('filter');
  if (input.value !== '') apply();
  input.addEventListener('input', () => {
    apply();
    view.set('filter', input.value.trim());
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    input.value = '';
    input.dispatchEvent(new Event('input'));
  });
  addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    input.focus();
  });
  tools.hidden = false;
}
