import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Controller } from '../controllers/controller';
import type { ControllerRegistry } from '../controllers/controllerRegistry';
import { LispWatch } from '../controllers/lispWatch';
import { sameAddress } from '../links/linkAddress';
import type { Session } from '../links/session';
import type { SessionPool } from '../links/sessionPool';
import { type LispError, LispErrorReader } from '../protocol/lispErrors';
import { decodeLispPrint } from '../protocol/messages/codeStorage';

/** A program that fails in a loop says so without end. */
const ERRORS_KEPT = 50;

/** LispBM of one controller, as far as this window knows it. */
export interface LispProgram {
  readonly watch: LispWatch;
  /** The file that was uploaded from here. */
  file: string | undefined;
  /** What it printed of errors since then; each place once. */
  errors: LispError[];
}

export interface LispProgramsDependencies {
  readonly pool: Pick<SessionPool, 'onOpen'>;
  readonly registry: Pick<ControllerRegistry, 'controllers' | 'onChange'>;
  readonly clock: Clock;
}

/** What runs in LispBM of the controllers of this window, how it does, and what errors it printed. */
export class LispPrograms implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly changes = new Emitter<void>();
  private readonly programs = new Map<Controller, LispProgram>();

  /** Fires after every change of what can be read here. */
  readonly onChange = this.changes.event;

  constructor(private readonly dependencies: LispProgramsDependencies) {
    const { pool, registry } = dependencies;
    this.owned.add(pool.onOpen((session) => this.follow(session)));
    this.owned.add(registry.onChange(() => this.forgetThoseGone()));
  }

  /** What is known of LispBM of `controller`. */
  of(controller: Controller): LispProgram {
    const known = this.programs.get(controller);
    if (known) return known;
    const watch = new LispWatch(() => controller.endpoint, this.dependencies.clock);
    watch.onChange(() => this.changes.fire());
    const program: LispProgram = { watch, file: undefined, errors: [] };
    this.programs.set(controller, program);
    return program;
  }

  /** Those that run, with their controllers. */
  get running(): readonly (readonly [Controller, LispProgram])[] {
    return [...this.programs].filter(([, { watch }]) => watch.isRunning);
  }

  /** The errors of every file that was uploaded. */
  get errors(): ReadonlyMap<string, readonly LispError[]> {
    return new Map([...this.programs.values()].flatMap(({ file, errors }) => (file ? [[file, errors]] : [])));
  }

  /** `file` is about to be uploaded: what the program before it printed is over. */
  begin(controller: Controller, file: string): void {
    const program = this.of(controller);
    for (const other of this.programs.values()) if (other.file === file) other.errors = [];
    program.file = file;
    program.errors = [];
    this.changes.fire();
  }

  /** An error in `file` that kept it from being uploaded. */
  refuse(controller: Controller, file: string, error: LispError): void {
    this.begin(controller, file);
    this.of(controller).errors = [error];
    this.changes.fire();
  }

  dispose(): void {
    for (const { watch } of this.programs.values()) watch.dispose();
    this.owned.dispose();
    this.changes.dispose();
  }

  private follow(session: Session): void {
    const reader = new LispErrorReader();
    session.onPacket((payload) => {
      const text = decodeLispPrint(payload);
      const found = text === undefined ? undefined : reader.take(text);
      if (found) this.take(session, found.error, found.isNew);
    });
  }

  /** Prints carry no sender (facts 1.4): on a bus, what was uploaded last is the likeliest. */
  private take(session: Session, error: LispError, isNew: boolean): void {
    const [, program] =
      [...this.programs].findLast(
        ([{ address }, { file }]) => file !== undefined && sameAddress(address, session.address),
      ) ?? [];
    if (!program) return;
    const before = isNew ? program.errors : program.errors.slice(0, -1);
    const others = before.filter((other) => !isSame(other, error));
    program.errors = [...others, error].slice(-ERRORS_KEPT);
    this.changes.fire();
  }

  private forgetThoseGone(): void {
    const { controllers } = this.dependencies.registry;
    const present = new Set(controllers.flatMap((each) => [each, ...(each.nodes ?? [])]));
    for (const [controller, { watch }] of this.programs) {
      if (present.has(controller)) continue;
      this.programs.delete(controller);
      watch.dispose();
      this.changes.fire();
    }
  }
}

function isSame(a: LispError, b: LispError): boolean {
  return a.text === b.text && a.firstLine === b.firstLine && a.lastLine === b.lastLine;
}
