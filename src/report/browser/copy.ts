/** A button on what people paste elsewhere: paths, outputs, bytes. */
const saidForMs = 1_500;

export function startCopy(): void {
  for (const source of document.querySelectorAll<HTMLElement>('pre, .copyable')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    const text = source.textContent ?? '';
    button.setAttribute('aria-label', source.matches('pre') ? 'Copy this text' : `Copy ${text}`);
    button.addEventListener('click', () => {
      void write(text, source).then((isCopied) => {
        button.textContent = isCopied ? 'Copied' : 'Selected';
        setTimeout(() => {
          button.textContent = 'Copy';
        }, saidForMs);
      });
    });
    source.after(button);
  }
}

/** Where the clipboard is closed to us, the text is at least selected. */
async function write(text: string, source: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(source);
    return false;
  }
}
