/**
 * Memory that starts at a page, as O_DIRECT wants it. Node's own buffers start anywhere; the memory of WebAssembly is mapped
 * page by page.
 */
export function pageMemory(bytes: number): ArrayBuffer {
  return new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) }).buffer;
}

/** WebAssembly's, a multiple of every machine's. */
const pageBytes = 65_536;

/** What we use of what every runtime has, and the types of Node leave to those of browsers. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
};
