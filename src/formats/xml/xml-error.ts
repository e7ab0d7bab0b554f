/**
 * Why a document isn't read on. `refused` is what no result needs and only harms (a DTD, a flood of attributes): nothing of
 * the file is taken. `broken` isn't well-formed there, `cut` ends too early: what came before it can be shown.
 */
export class XmlError extends Error {
  readonly kind: 'refused' | 'broken' | 'cut';
  /** In the bytes that are scanned; without it, where their token begins. */
  readonly at: number | undefined;

  constructor(kind: XmlError['kind'], message: string, at?: number) {
    super(message);
    this.name = 'XmlError';
    this.kind = kind;
    this.at = at;
  }
}
