import { type Disposable, DisposableStore } from '../base/disposable';
import type { FaultSources, SourcePlace } from '../build/faultSources';
import type { FirmwareTree } from '../build/firmwareTree';
import type { Controller } from '../controllers/controller';
import type { ControllerRegistry } from '../controllers/controllerRegistry';
import type { Card } from './card';
import { crashCard } from './crashCard';
import type { CrashReports } from './crashReports';
import { faultCard } from './faultCard';
import { faultsOf, type FaultRef, resolveFault } from './faultWords';

export interface FaultCardsDependencies {
  readonly registry: Pick<ControllerRegistry, 'onChange'>;
  readonly tree: () => Promise<Pick<FirmwareTree, 'root'> | undefined>;
  readonly sources: Pick<FaultSources, 'raising'>;
  readonly crashes: Pick<CrashReports, 'of' | 'onChange'>;
  /** Where cards are shown. */
  readonly page: { show(card: Card): void; update(card: Card): void };
}

/** What the page shows now. */
interface Shown {
  readonly controller: Controller;
  readonly ref: FaultRef | 'crash';
  readonly search: AbortController;
  root: string | undefined;
  places: readonly SourcePlace[] | undefined;
}

/** Shows faults and crashes as cards, and keeps the card that is shown true. */
export class FaultCards implements Disposable {
  private readonly owned = new DisposableStore();
  private shown: Shown | undefined;

  constructor(private readonly dependencies: FaultCardsDependencies) {
    const { registry, crashes } = dependencies;
    this.owned.add(registry.onChange((controller) => this.redraw(controller)));
    this.owned.add(crashes.onChange(() => this.redraw(this.shown?.controller)));
  }

  /** Shows a fault of `controller`; the places that raise it follow as soon as they are found. */
  async showFault(controller: Controller, ref: FaultRef): Promise<void> {
    const shown = await this.begin(controller, ref);
    if (shown?.root === undefined) return;
    const { signal } = shown.search;
    const found = await this.dependencies.sources
      .raising(shown.root, ref.fault, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
        return undefined;
      });
    if (this.shown !== shown || !found) return;
    shown.places = found;
    this.redraw(controller);
  }

  /** Shows why `controller` started last, and its crash. */
  async showCrash(controller: Controller): Promise<void> {
    await this.begin(controller, 'crash');
  }

  dispose(): void {
    this.shown?.search.abort();
    this.owned.dispose();
  }

  /** Undefined when another card was asked for meanwhile. */
  private async begin(controller: Controller, ref: FaultRef | 'crash'): Promise<Shown | undefined> {
    this.shown?.search.abort();
    const search = new AbortController();
    const shown: Shown = { controller, ref, search, root: undefined, places: undefined };
    this.shown = shown;
    shown.root = (await this.dependencies.tree())?.root;
    if (this.shown !== shown) return undefined;
    const card = this.cardOf(shown);
    if (card) this.dependencies.page.show(card);
    return shown;
  }

  private redraw(controller: Controller | undefined): void {
    if (!this.shown || this.shown.controller !== controller) return;
    const card = this.cardOf(this.shown);
    if (card) this.dependencies.page.update(card);
  }

  private cardOf({ controller, ref, root, places }: Shown): Card | undefined {
    const { crashDiag: diag, title } = controller;
    if (ref === 'crash') {
      return (
        diag && crashCard({ controller: title, diag, report: this.dependencies.crashes.of(controller), root })
      );
    }
    const { fault, isEarlier } = resolveFault(ref, controller);
    const { thisBoot, earlier } = faultsOf(controller);
    const alike = [...earlier, ...thisBoot].filter((each) => each.fault === fault.fault);
    const isLatest = thisBoot.findLast((each) => each.fault === fault.fault) === fault;
    const isKnown = alike.includes(fault);
    return faultCard({
      controller: title,
      fault,
      isActive: controller.activeFault === fault.fault && (isLatest || !isKnown),
      isEarlier,
      times: alike.length,
      resetFlags: diag?.resetFlags,
      root,
      places,
    });
  }
}
