/** Tables are sorted by a press on a column's title; the third press brings back the order of the report. */
import { compareCells } from './order.ts';
import type { View } from './view-state.ts';

/** `table.column.d`: which, and whether descending. */
const pattern = /^(\d+)\.(\d+)\.([ad])$/;

export function startSort(view: View): void {
  const tables = [...document.querySelectorAll('table')].filter((table) => (table.tBodies[0]?.rows.length ?? 0) > 1);
  const wanted = pattern.exec(view.get('sort'));
  for (const [index, table] of tables.entries()) {
    const sorter = sorterOf(table);
    for (const [column, header] of sorter.headers.entries()) {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...header.childNodes);
      header.append(button);
      button.addEventListener('click', () => {
        const order = sorter.next(column);
        sorter.apply(column, order);
        view.set('sort', order === '' ? '' : `${index}.${column}.${order}`);
      });
    }
    if (wanted?.[1] === String(index)) sorter.apply(Number(wanted[2]), wanted[3] === 'd' ? 'd' : 'a');
  }
}

type Order = 'a' | 'd' | '';

function sorterOf(table: HTMLTableElement): {
  readonly headers: readonly HTMLTableCellElement[];
  next(column: number): Order;
  apply(column: number, order: Order): void;
} {
  const headers = [...table.querySelectorAll<HTMLTableCellElement>('thead th')];
  const body = table.tBodies[0];
  const rows = [...(body?.rows ?? [])];
  let sorted: { column: number; order: Order } = { column: -1, order: '' };
  return {
    headers,
    next(column) {
      // Numbers are looked at for the largest, names for the first.
      const first = headers[column]?.classList.contains('right') === true ? 'd' : 'a';
      if (sorted.column !== column || sorted.order === '') return first;
      return sorted.order === first ? (first === 'd' ? 'a' : 'd') : '';
    },
    apply(column, order) {
      if (headers[column] === undefined) return;
      sorted = { column, order };
      const text = (row: HTMLTableRowElement): string => row.cells[column]?.textContent ?? '';
      const sign = order === 'd' ? -1 : 1;
      body?.append(...(order === '' ? rows : rows.toSorted((a, b) => compareCells(text(a), text(b), sign))));
      for (const [at, header] of headers.entries()) {
        if (at !== column || order === '') header.removeAttribute('aria-sort');
        else header.setAttribute('aria-sort', order === 'd' ? 'descending' : 'ascending');
      }
    },
  };
}
