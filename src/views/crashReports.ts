import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { isVescError } from '../base/errors';
import type { CrashReport, CrashReportRequest } from '../build/crashReport';
import type { Controller } from '../controllers/controller';
import type { CrashDiag } from '../protocol/crashDiag';
import { keptCrashOf } from '../settings/faultHistory';
import type { CardPlace } from './card';

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
  private readonly changes = new Emitter<void>();
  private reports = new WeakMap<CrashDiag, Promise<Known> | Known>();

  /** Fires when a report became known, or may be another one now. */
  readonly onChange = this.changes.event;

  constructor(private readonly dependencies: CrashReportsDependencies) {}

  /** The report of the crash that `controller` tells of; undefined while it is not known, or there is none. */
  of(controller: Controller): CrashReport | undefined {
    return this.known(controller)?.report;
  }

  /** The report, as soon as it is known. */
  async wait(controller: Controller): Promise<CrashReport | undefined> {
    const { crashDiag: diag } = controller;
    return diag?.crash && (await (this.reports.get(diag) ?? this.lookUp(controller, diag))).report;
  }

  /** The line to look at first. */
  placeOf(controller: Controller): CardPlace | undefined {
    return this.known(controller)?.place;
  }

  /** Another tree is worked on: halts are somewhere else in it. */
  refresh(): void {
    this.reports = new WeakMap();
    this.changes.fire();
  }

  dispose(): void {
    this.changes.dispose();
  }

  private known(controller: Controller): Known | undefined {
    const { crashDiag: diag } = controller;
    if (!diag?.crash) return undefined;
    const known = this.reports.get(diag);
    if (known !== undefined) return known instanceof Promise ? undefined : known;
    // Which build an old crash came from is told by what was kept of it.
    if (diag.crash.bootsAgo > 1 && !controller.kept) return undefined;
    void this.lookUp(controller, diag);
    return undefined;
  }

  private lookUp(controller: Controller, diag: CrashDiag): Promise<Known> {
    const { reports } = this;
    const root = this.dependencies.root();
    const buildId =
      keptCrashOf(controller.kept?.crashes ?? [], diag)?.buildId ?? controller.identity?.firmware.buildId;
    const work = this.dependencies
      .report({ diag, buildId, tree: root })
      .catch((error: unknown) => {
        // An ELF that is damaged tells as much as none.
        if (!isVescError(error)) throw error;
        return NOTHING;
      })
      .then(async (report) => {
        const { crashPlaces } = await import('./crashWords');
        const known = { report, place: crashPlaces(report, root)[0] };
        reports.set(diag, known);
        if (reports === this.reports) this.changes.fire();
        return known;
      });
    reports.set(diag, work);
    return work;
  }
}
