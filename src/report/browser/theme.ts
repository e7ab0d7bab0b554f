/**
 * Light, dark, or as the system has it. The style sheet has one set of dark colours, in a media query; choosing a theme
 * changes the query, which a content security policy lets scripts do.
 */
import type { View } from './view-state.ts';

export function startTheme(view: View): void {
  const select = document.querySelector<HTMLSelectElement>('#theme');
  const dark = darkRule();
  if (select === null || dark === undefined) return;
  const system = dark.media.mediaText;
  const apply = (theme: string): void => {
    dark.media.mediaText = theme === 'dark' ? 'screen' : theme === 'light' ? 'not all' : system;
  };
  const wanted = view.get('theme');
  select.value = ['light', 'dark'].includes(wanted) ? wanted : '';
  apply(select.value);
  select.addEventListener('change', () => {
    apply(select.value);
    view.set('theme', select.value);
  });
}

function darkRule(): CSSMediaRule | undefined {
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (rule instanceof CSSMediaRule && rule.media.mediaText.includes('prefers-color-scheme')) return rule;
    }
  }
  return undefined;
}
