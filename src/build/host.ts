import { type Clock, systemClock } from '../base/clock';
import { type Files, nodeFiles } from './files';
import { nodeProcesses, type Processes } from './processes';

/** The computer a build runs on. Tests pass one of their own. */
export interface BuildHost {
  readonly files: Files;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** How many compilers may run at once. */
  readonly processors: number;
}

/** This computer. */
export function thisHost(processors: number): BuildHost {
  return {
    files: nodeFiles,
    processes: nodeProcesses(),
    clock: systemClock,
    env: process.env,
    platform: process.platform,
    processors,
  };
}
