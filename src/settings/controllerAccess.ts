import type { Endpoint } from '../links/endpoint';

/** How to talk to one controller and to the others on its CAN bus. */
export interface ControllerAccess {
  /** The controller itself, on its link or through a neighbour. */
  readonly endpoint: Endpoint;
  /** Another controller on the same CAN bus. */
  node(canId: number): Endpoint;
}
