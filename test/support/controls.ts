/** What may never reach a terminal or a report: control characters but tab and newline, and changes of writing direction. */
export function controlsIn(text: string): readonly string[] {
  return [...text.replaceAll(/[\t\n]/g, '').matchAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu)].map(([found]) =>
    JSON.stringify(found),
  );
}
