import type { Endpoint } from '../links/endpoint';
import type { Claim, Session } from '../links/session';
import { countedEndpoint } from './countedEndpoint';
import type { UploadWindow } from './uploadWindow';

interface Held {
  readonly claim: Claim;
  users: number;
}

/** Claims on sessions that several updates hold together: strangers are kept out until the last of them lets go. */
export class SharedClaims {
  private readonly held = new Map<Session, Held>();

  /**
   * @param owner who keeps others out, in words
   * @param window of the uploads of those who share, in which everything large they send is counted
   */
  constructor(
    private readonly owner: string,
    private readonly window?: UploadWindow,
  ) {}

  /**
   * A share in the claim on `session`; dispose to give it back.
   * @throws VescError `link-in-use` when somebody else has claimed it
   */
  take(session: Session): Claim {
    const held = this.held.get(session) ?? { claim: session.claim(this.owner), users: 0 };
    this.held.set(session, held);
    held.users++;
    let over = false;
    return {
      endpoint: (canId) => this.counted(held.claim.endpoint(canId)),
      dispose: () => {
        if (over) return;
        over = true;
        if (--held.users > 0) return;
        this.held.delete(session);
        held.claim.dispose();
      },
    };
  }

  /** How one of those who share the claim talks over `session` without a share of its own. */
  visit(session: Session, canId: number | undefined): Endpoint {
    const held = this.held.get(session);
    if (held) return this.counted(held.claim.endpoint(canId));
    return canId === undefined ? session : session.node(canId);
  }

  private counted(endpoint: Endpoint): Endpoint {
    return this.window ? countedEndpoint(endpoint, this.window) : endpoint;
  }
}
