/**
 * FunkLoad's pages, which its files don't hold: a page is a request that a browser's user makes, with the links, images and
 * redirects that the same thread drew after it. It takes as long as all of them together, and failed if one of them did.
 */
import { outcomes, type Outcome } from '../../model/samples.ts';
import type { Tally } from '../tally.ts';
import { XmlError } from '../xml/xml-error.ts';

export interface PageResponse {
  readonly thread: number;
  readonly cycle: number;
  readonly type: string;
  readonly startSeconds: number;
  readonly seconds: number;
  readonly outcome: Outcome;
}

interface Page {
  readonly tally: Tally;
  readonly startSeconds: number;
  seconds: number;
  outcome: Outcome;
}

const maxThreads = 100_000;

export class Pages {
  /** By thread of a cycle: the page that it is in. */
  readonly #current = new Map<number, Page>();
  readonly #starters: ReadonlySet<string>;

  /** From 1.17 on requests that put, delete or ask for a head begin a page, too. */
  constructor(version: string | undefined) {
    const [major = 1, minor = 17] = (version ?? '').split('.').map(Number);
    const isLate = version === undefined || major > 1 || minor >= 17;
    this.#starters = new Set(['post', 'get', 'xmlrpc', ...(isLate ? ['put', 'delete', 'head'] : [])]);
  }

  /** Whether it belongs to a page: what a thread does before its first one belongs to none. */
  add(response: PageResponse, tallyOf: () => Tally): boolean {
    const key = response.cycle * 2 ** 32 + response.thread;
    const page = this.#current.get(key);
    if (!this.#starters.has(response.type)) {
      if (page === undefined) return false;
      page.seconds += response.seconds;
      page.outcome = worse(page.outcome, response.outcome);
      return true;
    }
    if (page !== undefined) page.tally.add(page.startSeconds, page.seconds, page.outcome);
    if (page === undefined && this.#current.size >= maxThreads)
      throw new XmlError('refused', `more than ${maxThreads} threads`);
    const { startSeconds, seconds, outcome } = response;
    this.#current.set(key, { tally: tallyOf(), startSeconds, seconds, outcome });
    return true;
  }

  /** The last page of each thread ends with the file. */
  end(): void {
    for (const { tally, startSeconds, seconds, outcome } of this.#current.values()) {
      tally.add(startSeconds, seconds, outcome);
    }
    this.#current.clear();
  }
}

function worse(a: Outcome, b: Outcome): Outcome {
  return outcomes.indexOf(a) >= outcomes.indexOf(b) ? a : b;
}
