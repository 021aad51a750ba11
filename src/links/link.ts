import type { Disposable } from '../base/disposable';
import type { Event } from '../base/emitter';
import type { VescError } from '../base/errors';

/** Where a controller can be reached. */
export type LinkAddress =
  | { readonly kind: 'serial'; readonly path: string; readonly baudRate: number }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'simulated'; readonly name: string }
  | { readonly kind: 'emulated'; readonly name: string };

/** A byte stream to a controller, open until it is closed or breaks. Frames know nothing of it. */
export interface Link extends Disposable {
  readonly address: LinkAddress;
  /** Bytes as they arrive, in pieces of any size. */
  readonly onData: Event<Uint8Array>;
  /** Fires once, when the link is over for whatever reason; after that nothing else happens. */
  readonly onClose: Event<VescError>;
  readonly isOpen: boolean;
  /** Resolves when the bytes left our hands. Rejects with `link-closed` when the link is over. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the link; safe to call twice. `onClose` fires. */
  dispose(): void;
}

/** Opens links; rejects with the link errors of the catalogue. */
export interface LinkOpener {
  open(address: LinkAddress, signal?: AbortSignal): Promise<Link>;
}
