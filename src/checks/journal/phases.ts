/** The numbers under which blocks of a journal name the phases that checks care about. */
import { agentPhases } from '../../model/protocol.ts';

export const stressPhase = agentPhases.indexOf('stress') + 1;
export const verifyPhase = agentPhases.indexOf('verify') + 1;

/** What checks want of a run's segments, so that they needn't look at each record of the others. */
export const inStress = ({ phase }: { readonly phase: number }): boolean => phase === stressPhase;
export const inVerify = ({ phase }: { readonly phase: number }): boolean => phase === verifyPhase;
