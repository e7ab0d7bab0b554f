/** Reads one file in a process of its own and prints what that took, so that its memory is nobody else's. */
import { closeSync, openSync, readSync } from 'node:fs';
import { readResultFile } from '../../src/formats/read-file.ts';
import { XmlScanner, type XmlHandler } from '../../src/formats/xml/scanner.ts';

const [, , mode = '', file = ''] = process.argv;
const started = performance.now();
if (mode === 'scan') scan(file);
else await readResultFile(file);
const wallSeconds = (performance.now() - started) / 1000;
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
process.stdout.write(JSON.stringify({ wallSeconds, cpuSeconds, peakBytes: maxRSS * 1024 }));

/** As a parser is measured: every tag is told, and nobody asks for anything of it. */
function scan(path: string): void {
  const nobody = (): void => undefined;
  const handler: XmlHandler = { wantsText: false, takesManyRoots: false, open: nobody, close: nobody, text: nobody };
  const scanner = new XmlScanner(handler, nobody);
  const piece = Buffer.alloc(1 << 20);
  const descriptor = openSync(path, 'r');
  const next = (): number => readSync(descriptor, piece, 0, piece.length, null);
  for (let bytes = next(); bytes > 0; bytes = next()) {
    scanner.push(piece.subarray(0, bytes));
  }
  scanner.end();
  closeSync(descriptor);
}
