/**
 * The race: names that all workers make and remove at the same time. In elections every name is made once, or removed once,
 * by whoever is first, so that a second winner is a contradiction whatever else happened: no clock is needed, and no answer
 * of anybody else. In the churn a few names are made and removed all the time, so that a name that was just removed is made
 * again; there what succeeded must add up to what is left.
 */
import { constants } from 'node:fs';
import { constants as os } from 'node:os';
import { namesOfKind, nameOf, pathOf, type NamedObject } from '../../model/namespace.ts';
import { raceFolders } from '../../model/race.ts';
import { recordKinds } from '../../model/record.ts';
import type { ArenaOptions, ArenaRules } from './arena.ts';

/** Few, so that hosts meet. */
const churnNames = 8;

/** Of eight steps three are elections. */
const electionShare = 3;

/** Losing is what a race is about; ESTALE tells it on network file systems. */
const lostErrnos: ReadonlySet<number> = new Set([
  os.errno.ENOENT,
  os.errno.EEXIST,
  os.errno.ENOTEMPTY,
  os.errno.ESTALE,
]);

/** How file systems say that they have no symbolic or no hard links: POSIX has EPERM, cifs and others ENOTSUP. */
const lackingErrnos: ReadonlySet<number> = new Set([os.errno.EPERM, os.errno.ENOTSUP, os.errno.ENOSYS]);

export const race: ArenaRules = { arena: 'race', open: (options) => new Racer(options) };

type Election = 'create' | 'symlink' | 'mkdir' | 'link' | 'unlink' | 'rmdir' | 'rename';
const elections: readonly Election[] = ['create', 'symlink', 'mkdir', 'link', 'unlink', 'rmdir', 'rename'];

class Racer {
  readonly #options: ArenaOptions;
  /** By election: the next name to stand for. */
  readonly #next = new Map<Election, number>();
  /** By election that needs somebody to make what is removed: the next name that this worker makes. */
  readonly #nextMade = new Map<Election, number>();
  #hasSource = false;
  /** Kinds of links that this file system has not. */
  readonly #lacking = new Set<number>();

  constructor(options: ArenaOptions) {
    this.#options = options;
  }

  step(): void {
    const { random } = this.#options;
    if (random.below(8) >= electionShare) return this.#churn();
    const election = elections[random.below(elections.length)] ?? 'create';
    const at = this.#next.get(election) ?? 0;
    if (at >= namesOfKind) return this.#churn();
    // Those who are behind find everything decided: by longer strides they catch up with the others.
    this.#next.set(election, at + 1 + random.below(2));
    this.#stand(election, at);
  }

  #stand(election: Election, index: number): void {
    const { made, linked, removed, renamed, won } = raceFolders;
    const { worker } = this.#options;
    switch (election) {
      case 'create':
        return void this.#create({ kind: 'file', folder: made, index });
      case 'symlink':
        return this.#symlink({ kind: 'symlink', folder: made, index });
      case 'mkdir':
        return void this.#mkdir({ kind: 'subfolder', folder: made, index });
      case 'link':
        return this.#link({ kind: 'file', folder: linked, index });
      case 'unlink':
        this.#keepMaking(election, index, (next) => this.#create({ kind: 'file', folder: removed, index: next }));
        return this.#unlink({ kind: 'file', folder: removed, index });
      case 'rmdir':
        this.#keepMaking(election, index, (next) => this.#mkdir({ kind: 'subfolder', folder: removed, index: next }));
        return this.#rmdir({ kind: 'subfolder', folder: removed, index });
      case 'rename':
        this.#keepMaking(election, index, (next) => this.#create({ kind: 'file', folder: renamed, index: next }));
        if (worker >= namesOfKind) return this.#churn();
        return this.#rename({ kind: 'file', folder: renamed, index }, { kind: 'file', folder: won, index: worker });
    }
  }

  /** Every worker makes its share of the names, some rounds ahead of where it stands itself, and each of them once. */
  #keepMaking(election: Election, standing: number, make: (index: number) => void): void {
    const { worker, workers } = this.#options;
    const rank = worker % workers;
    let next = this.#nextMade.get(election) ?? rank;
    for (; next < Math.min(namesOfKind, standing + 2 * workers); next += workers) make(next);
    this.#nextMade.set(election, next);
  }

  #churn(): void {
    const { random } = this.#options;
    const { churned, shuffled } = raceFolders;
    const index = random.below(churnNames);
    switch (random.below(10)) {
      case 0:
      case 1:
        return void this.#create({ kind: 'file', folder: churned, index });
      case 2:
        return this.#unlink({ kind: 'file', folder: churned, index });
      case 3:
        return void this.#mkdir({ kind: 'subfolder', folder: churned, index });
      case 4:
        return this.#rmdir({ kind: 'subfolder', folder: churned, index });
      case 5:
        return this.#symlink({ kind: 'symlink', folder: churned, index });
      case 6:
        return this.#unlink({ kind: 'symlink', folder: churned, index });
      case 7:
        return void this.#create({ kind: 'file', folder: shuffled, index });
      case 8:
        return this.#unlink({ kind: 'file', folder: shuffled, index });
      default:
        return this.#rename(
          { kind: 'file', folder: shuffled, index },
          { kind: 'file', folder: shuffled, index: (index + 1 + random.below(churnNames - 1)) % churnNames },
        );
    }
  }

  #create(object: NamedObject): boolean {
    const { operations } = this.#options;
    return this.#try(recordKinds.touch, object, (path) =>
      operations.close(operations.open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o644)),
    );
  }

  #mkdir(object: NamedObject): boolean {
    return this.#try(recordKinds.mkdir, object, (path) => this.#options.operations.mkdir(path));
  }

  #symlink(object: NamedObject): void {
    if (this.#lacking.has(recordKinds.symlink)) return this.#churn();
    // It leads nowhere: nobody ever follows it.
    this.#try(recordKinds.symlink, object, (path) => this.#options.operations.symlink('nowhere', path));
  }

  #link(object: NamedObject): void {
    const { worker, operations } = this.#options;
    const source: NamedObject = { kind: 'file', folder: raceFolders.sources, index: worker };
    if (worker >= namesOfKind || this.#lacking.has(recordKinds.link)) return this.#churn();
    this.#hasSource ||= this.#create(source);
    if (!this.#hasSource) return;
    this.#try(recordKinds.link, object, (path) => operations.link(this.#path(source), path), source);
  }

  #unlink(object: NamedObject): void {
    this.#try(recordKinds.delete, object, (path) => this.#options.operations.unlink(path));
  }

  #rmdir(object: NamedObject): void {
    this.#try(recordKinds.rmdir, object, (path) => this.#options.operations.rmdir(path));
  }

  /** What bears the target's name, if anything does, is replaced. */
  #rename(object: NamedObject, target: NamedObject): void {
    const { operations } = this.#options;
    this.#try(recordKinds.renameOnto, object, (path) => operations.rename(path, this.#path(target)), target);
  }

  #try(kind: number, object: NamedObject, change: (path: string) => void, target?: NamedObject): boolean {
    const { owner, trace } = this.#options;
    const path = this.#path(object);
    trace.begin(kind, owner, nameOf(object));
    if (target !== undefined) trace.setTarget(nameOf(target));
    try {
      change(path);
      trace.succeed();
      return true;
    } catch (error) {
      trace.fail(error, (errno) => lostErrnos.has(errno) || this.#learnsLack(kind, errno));
      return false;
    }
  }

  /** Whether this says that there are no such links here; then none is tried again. */
  #learnsLack(kind: number, errno: number): boolean {
    const isLink = kind === recordKinds.symlink || kind === recordKinds.link;
    if (!isLink || !lackingErrnos.has(errno)) return false;
    this.#lacking.add(kind);
    return true;
  }

  #path(object: NamedObject): string {
    return `${this.#options.runPath}/${pathOf(this.#options.owner, nameOf(object))}`;
  }
}
