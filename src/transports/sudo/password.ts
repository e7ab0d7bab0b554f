/**
 * The one sudo password of a run. It is tried on one host first: where that refuses it, no other host is asked, because a
 * wrong password on two hundred hosts locks the account that they share.
 */
import { FunbricError } from '../../model/errors.ts';

/** Says what became of the password on the host whose turn it was; undefined: the host never said. */
export type EndTurn = (isAccepted: boolean | undefined) => void;

export class SudoPassword {
  /** Never shown, kept or put on a command line: only written to a sudo that asks. */
  readonly #text: string;
  #isAccepted = false;
  #refusedBy: string | undefined;
  #trial: Promise<void> | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** The line that sudo reads. */
  get line(): string {
    return `${this.#text}\n`;
  }

  /** Resolves when this host may be given the password: at once where any host took it, else when no other is trying it. */
  async turn(host: string): Promise<EndTurn> {
    while (!this.#isAccepted && this.#refusedBy === undefined && this.#trial !== undefined) await this.#trial;
    if (this.#refusedBy !== undefined) throw refusedElsewhere(host, this.#refusedBy);
    if (this.#isAccepted) return (isAccepted) => this.#note(host, isAccepted);
    let over: () => void = () => undefined;
    this.#trial = new Promise((resolve) => (over = resolve));
    return (isAccepted) => {
      this.#note(host, isAccepted);
      this.#trial = undefined;
      over();
    };
  }

  /** A host with another password doesn't undo that it is right elsewhere. */
  #note(host: string, isAccepted: boolean | undefined): void {
    if (isAccepted === true) this.#isAccepted = true;
    else if (isAccepted === false && !this.#isAccepted) this.#refusedBy = host;
  }
}

function refusedElsewhere(host: string, refusedBy: string): FunbricError {
  return new FunbricError('task', `${host}: the sudo password was not tried here: ${refusedBy} refused it`, {
    hint: 'a wrong one on every host could lock the account. If only that host has another password, leave it out: -x',
  });
}
