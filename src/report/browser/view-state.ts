/**
 * How somebody looks at the page is in its address, `#findings&theme=dark&filter=web`, so that a link shows what its sender
 * saw. The first part is the anchor that every browser knows; the others are ours.
 */
export interface View {
  get(name: string): string;
  /** An empty value is the usual one, and isn't written. */
  set(name: string, value: string): void;
  scrollToAnchor(): void;
}

export function openView(): View {
  let { anchor, values } = parse(location.hash);
  const write = (): void => {
    const words = [...values]
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    const hash = [anchor, ...words].join('&');
    history.replaceState(null, '', hash === '' ? `${location.pathname}${location.search}` : `#${hash}`);
  };
  // A link within the page knows only its anchor: the rest of the view stays.
  addEventListener('hashchange', () => {
    const next = parse(location.hash);
    if (next.values.size > 0) {
      location.reload();
      return;
    }
    anchor = next.anchor;
    write();
  });
  return {
    get: (name) => values.get(name) ?? '',
    set(name, value) {
      values = new Map([...values, [name, value]]);
      write();
    },
    scrollToAnchor() {
      if (values.size > 0 && anchor !== '') document.getElementById(anchor)?.scrollIntoView();
    },
  };
}

function parse(hash: string): { anchor: string; values: Map<string, string> } {
  const parts = hash.replace(/^#/, '').split('&');
  const isPair = (part: string): boolean => part.includes('=');
  return {
    anchor: parts.find((part) => !isPair(part)) ?? '',
    values: new Map(
      parts
        .filter((part) => isPair(part))
        .map((part) => {
          const at = part.indexOf('=');
          return [part.slice(0, at), decode(part.slice(at + 1))];
        }),
    ),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
