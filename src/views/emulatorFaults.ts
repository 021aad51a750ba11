import type { Disposable } from '../base/disposable';
import { isVescError } from '../base/errors';
import type { BuildRecords } from '../build/buildRecord';
import type { Symbolizer } from '../build/symbolizer';
import type { CoreFault } from '../emulator/emulatorCore';
import type { CardPlace } from './card';
import { LookUps } from './lookUps';

/** Where the program of an emulated controller was when it ran into a fault. */
export interface FaultPlace {
  readonly function: string;
  /** The line; undefined where only the function is known. */
  readonly place?: CardPlace;
}

export interface EmulatorFaultsDependencies {
  readonly records: Pick<BuildRecords, 'find'>;
  readonly locate: Symbolizer['locate'];
  /** Root of the firmware tree of this window, as far as it is known. */
  readonly root: () => string | undefined;
}

/** The lines behind the faults of emulated controllers, by the ELF that was kept of the very build that runs there. */
export class EmulatorFaults implements Disposable {
  private readonly lookUps = new LookUps<CoreFault, { readonly place?: FaultPlace }>();

  /** Fires when a place became known, or may be another one now. */
  readonly onChange = this.lookUps.onChange;

  constructor(private readonly dependencies: EmulatorFaultsDependencies) {}

  /**
   * Undefined while it is not known, or when nothing is kept of that build.
   * @param buildIdOf the identity of the build that runs; asked once for each fault
   */
  placeOf(fault: CoreFault, buildIdOf: () => string | undefined): FaultPlace | undefined {
    return this.lookUps.of(fault, () => this.find(fault, buildIdOf()))?.place;
  }

  /** Another tree is worked on: its files are somewhere else. */
  refresh(): void {
    this.lookUps.forget();
  }

  dispose(): void {
    this.lookUps.dispose();
  }

  private async find({ pc }: CoreFault, buildId: string | undefined): Promise<{ place?: FaultPlace }> {
    const { records, locate } = this.dependencies;
    const build = buildId === undefined ? undefined : await records.find(buildId);
    if (!build) return {};
    const [code] = await locate(build.elf, [pc], build.compiler.path).catch((error: unknown) => {
      // An ELF that is damaged tells as much as none.
      if (!isVescError(error)) throw error;
      return [];
    });
    if (code?.function === undefined) return {};
    const [{ codeLinks, fileNow }, { plain }] = await Promise.all([
      import('./sourceLinks'),
      import('./text'),
    ]);
    const root = this.dependencies.root();
    const [place] = codeLinks(code, 'faulted here', (file) => fileNow(file, build.tree, root), root);
    return { place: { function: plain(code.function), ...(place ? { place } : {}) } };
  }
}
