import type * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import type { ControllerRegistry } from '../controllers/controllerRegistry';
import { formatLinkAddress, sameAddress } from '../links/linkAddress';
import type { Session } from '../links/session';
import type { SessionPool } from '../links/sessionPool';
import { decodeLispPrint } from '../protocol/messages/codeStorage';
import { formatOwner, printable } from './printWords';

const LINE_LIMIT = 1000;
/** More than that nobody reads, and a controller that never stops printing must not fill the disk. */
const LINES_A_SECOND = 200;
const SECOND_MS = 1000;

export interface FirmwarePrintsDependencies {
  readonly pool: Pick<SessionPool, 'onOpen'>;
  readonly registry: Pick<ControllerRegistry, 'controllers'>;
  readonly clock: Clock;
  /** Makes the log; called at the first print. Every line in it gets its time there. */
  readonly createLog: () => Pick<vscode.LogOutputChannel, 'info' | 'warn' | 'dispose'> & {
    show(preserveFocus: boolean): void;
  };
  /** Hands over what is printed in a session, with its owner if one is known; without it, all but LispBM's prints. */
  readonly listen?: (session: Session, take: (text: string, owner: string | undefined) => void) => void;
}

/** Writes down everything that firmware prints, from whichever controller, whether a terminal is open or not. */
export class FirmwarePrints implements Disposable {
  private readonly owned = new DisposableStore();
  private log: ReturnType<FirmwarePrintsDependencies['createLog']> | undefined;
  private second_ms = -Infinity;
  private lines = 0;

  constructor(private readonly dependencies: FirmwarePrintsDependencies) {
    this.owned.add(dependencies.pool.onOpen((session) => this.follow(session)));
  }

  dispose(): void {
    this.owned.dispose();
    this.log?.dispose();
  }

  /** Brings the log to the front; what the user types in stays where it is. */
  show(): void {
    this.log ??= this.dependencies.createLog();
    this.log.show(true);
  }

  private follow(session: Session): void {
    const { listen = listenToTerminals } = this.dependencies;
    listen(session, (text, owner) => {
      const name = owner ?? this.nameOf(session);
      for (const line of printable(text)) if (line.trim() !== '') this.write(`${name}: ${line}`);
    });
  }

  private write(line: string): void {
    const { clock, createLog } = this.dependencies;
    this.log ??= createLog();
    const now_ms = clock.now();
    if (now_ms - this.second_ms >= SECOND_MS) {
      const left = this.lines - LINES_A_SECOND;
      if (left > 0) this.log.warn(`${left} more lines in that second were left out`);
      this.second_ms = now_ms;
      this.lines = 0;
    }
    this.lines++;
    if (this.lines <= LINES_A_SECOND) this.log.info(line.slice(0, LINE_LIMIT));
  }

  /** Without a terminal in use it is said of the controller at the link, though it may come from one behind it. */
  private nameOf({ address }: Session): string {
    const { controllers } = this.dependencies.registry;
    const controller = controllers.find((each) => sameAddress(each.address, address));
    return controller ? formatOwner(controller) : formatLinkAddress(address);
  }
}

function listenToTerminals(session: Session, take: (text: string, owner: string | undefined) => void): void {
  session.prints.onPrint(({ text, owner }) => take(text, owner));
}

/** What LispBM prints, which belongs to no terminal command. */
export function listenToLisp(
  session: Session,
  take: (text: string, owner: string | undefined) => void,
): void {
  session.onPacket((payload) => {
    const text = decodeLispPrint(payload);
    if (text !== undefined) take(text, undefined);
  });
}
