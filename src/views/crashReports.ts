import type { Disposable } from '../base/disposable';
import { isVescError } from '../base/errors';
import type { CrashReport, CrashReportRequest } from '../build/crashReport';
import type { Controller } from '../controllers/controller';
import type { CrashDiag } from '../protocol/crashDiag';
import { keptCrashOf } from '../settings/faultHistory';
import type { CardPlace } from './card';
import { LookUps } from './lookUps';

export interface CrashReportsDependencies {
  /** Looks up the lines behind a crash; takes a moment. */
  readonly report: (request: CrashReportRequest) => Promise<CrashReport>;
  /** Root of the firmware tree of this window, as far as it is known. */
  readonly root: () => string | undefined;
}

const NOTHING: CrashReport = { places: {}, halts: [] };

/** A report, and the place in it to look at first. */
interface Known {
  readonly report: CrashReport;
  readonly place: CardPlace | undefined;
}

/** What is behind the crash that each controller tells of, known as soon as it was looked up; once each. */
export class CrashReports implements Disposable {
  private readonly lookUps = new LookUps<CrashDiag, Known>();

  /** Fires when a report became known, or may be another one now. */
  readonly onChange = this.lookUps.onChange;

  constructor(private readonly dependencies: CrashReportsDependencies) {}

  /** The report of the crash that `controller` tells of; undefined while it is not known, or there is none. */
  of(controller: Controller): CrashReport | undefined {
    return this.known(controller)?.report;
  }

  /** The report, as soon as it is known. */
  async wait(controller: Controller): Promise<CrashReport | undefined> {
    const { crashDiag: diag } = controller;
    return diag?.crash && (await this.lookUps.wait(diag, () => this.lookUp(controller, diag))).report;
  }

  /** The line to look at first. */
  placeOf(controller: Controller): CardPlace | undefined {
    return this.known(controller)?.place;
  }

  /** Another tree is worked on: halts are somewhere else in it. */
  refresh(): void {
    this.lookUps.forget();
  }

  dispose(): void {
    this.lookUps.dispose();
  }

  private known(controller: Controller): Known | undefined {
    const { crashDiag: diag } = controller;
    if (!diag?.crash) return undefined;
    // Which build an old crash came from is told by what was kept of it.
    if (diag.crash.bootsAgo > 1 && !controller.kept) return this.lookUps.known(diag);
    return this.lookUps.of(diag, () => this.lookUp(controller, diag));
  }

  private async lookUp(controller: Controller, diag: CrashDiag): Promise<Known> {
    const root = this.dependencies.root();
    const buildId =
      keptCrashOf(controller.kept?.crashes ?? [], diag)?.buildId ?? controller.identity?.firmware.buildId;
    const report = await this.dependencies.report({ diag, buildId, tree: root }).catch((error: unknown) => {
      // An ELF that is damaged tells as much as none.
      if (!isVescError(error)) throw error;
      return NOTHING;
    });
    const { crashPlaces } = await import('./crashWords');
    return { report, place: crashPlaces(report, root)[0] };
  }
}
