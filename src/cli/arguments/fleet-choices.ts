/** What the options of rolling, narrowing and output mean, decoded: see fleet-options.ts. */
import { parseAmount, type Amount } from '../../controller/fan-out/rolling.ts';
import type { GivenOptions } from '../../controller/tasks/options.ts';
import type { OptionValues } from '../../controller/tasks/task.ts';
import { FunbricError } from '../../model/errors.ts';

export interface FleetChoices {
  readonly limit: readonly string[];
  readonly pick: number | undefined;
  readonly rerun: 'failed' | 'missing' | undefined;
  /** Of --batch; none: all hosts at once. */
  readonly batches: readonly Amount[];
  readonly maxFail: Amount | undefined;
  readonly isWarnOnly: boolean;
  /** In ms; 0: none. */
  readonly idleMs: number;
  readonly runMs: number;
  /** Of commands behind `--`. */
  readonly isGathered: boolean;
  readonly isDiffed: boolean;
  readonly outFolder: string | undefined;
  readonly maxOutputBytes: number;
}

export function fleetChoices(values: OptionValues, given: GivenOptions): FleetChoices {
  const { pick, rerun, batch, out } = values;
  const maxFail = values['max-fail'];
  if (typeof pick === 'number' && !Number.isInteger(pick)) {
    throw refuse('--pick', String(pick), 'write how many hosts to pick: 3');
  }
  if (out === '') throw refuse('--out', '', 'name a folder');
  return {
    limit: given.get('limit') ?? [],
    pick: typeof pick === 'number' ? pick : undefined,
    rerun: rerun === 'failed' || rerun === 'missing' ? rerun : undefined,
    batches: typeof batch === 'string' ? batch.split(',').map((text) => amount('--batch', text, 1)) : [],
    maxFail: typeof maxFail === 'string' ? amount('--max-fail', maxFail, 0) : undefined,
    isWarnOnly: values['warn-only'] === true,
    idleMs: Number(values['idle-timeout']),
    runMs: Number(values['run-timeout']),
    isGathered: values['gather'] === true,
    isDiffed: values['diff'] === true,
    outFolder: typeof out === 'string' ? out : undefined,
    maxOutputBytes: Number(values['max-output']),
  };
}

function amount(option: string, text: string, least: number): Amount {
  const parsed = parseAmount(text);
  if (parsed === undefined || (parsed.kind === 'hosts' && parsed.count < least)) {
    throw refuse(option, text, `write hosts or a share of them: ${option === '--batch' ? '1,10%,100%' : '3 or 10%'}`);
  }
  return parsed;
}

function refuse(option: string, text: string, hint: string): FunbricError {
  return new FunbricError('usage', `${option} can't be ${JSON.stringify(text)}`, { hint });
}

interface RefusableChoices extends FleetChoices {
  readonly isSudoPasswordAsked: boolean;
  readonly sudoPasswordFile: string | undefined;
  readonly sudo: object | undefined;
}

/** Options that would be without effect are refused: who gives them expects something of them. */
export function refuseChoices(choices: RefusableChoices, kind: 'command' | 'tasks', progress: string): void {
  const { isGathered, isDiffed, outFolder, isSudoPasswordAsked, sudoPasswordFile, sudo } = choices;
  // Tasks have host.sudo; a command has no sudo of ours but this one.
  if (kind === 'command' && sudo === undefined && (isSudoPasswordAsked || sudoPasswordFile !== undefined)) {
    const given = isSudoPasswordAsked ? '--ask-sudo-pass' : '--sudo-password-file';
    throw new FunbricError('usage', `${given} without --sudo: a command behind -- would not be given the password`, {
      hint: 'add --sudo, or --sudo-user NAME; a sudo of your own in the command asks at no terminal',
    });
  }
  const option = isGathered ? '-b' : isDiffed ? '--diff' : outFolder === undefined ? undefined : '--out';
  if (option === undefined) return;
  if (kind === 'tasks') {
    throw new FunbricError('usage', `${option} is for commands behind --`, {
      hint: 'leave it out: what tasks say is in events.ndjson and in the report',
    });
  }
  if (progress === 'json' && option !== '--out') {
    throw new FunbricError('usage', `--json and ${option} contradict each other`, {
      hint: 'leave one out: events come as they happen, ungathered',
    });
  }
}
