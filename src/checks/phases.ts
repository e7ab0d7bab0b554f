/** The numbers under which blocks of a journal name the phases that checks care about. */
import { agentPhases } from '../model/protocol.ts';

export const stressPhase = agentPhases.indexOf('stress') + 1;
export const verifyPhase = agentPhases.indexOf('verify') + 1;
