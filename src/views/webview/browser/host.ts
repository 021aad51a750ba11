import type { Shape } from '../shapes';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** The way from a view to the extension. */
export interface Host<ToHost, ToView> {
  /** Says something to the extension. */
  readonly tell: (message: ToHost) => void;
  /** Hears what the extension says; what does not have the shape of a message is dropped. */
  readonly listen: (handle: (message: ToView) => void) => void;
  /** What this view remembers while it is not loaded. */
  readonly remembered: () => Record<string, unknown>;
  readonly remember: (state: Record<string, unknown>) => void;
}

/** To be called once in a view. */
export function connectHost<ToHost, ToView>(isToView: Shape<ToView>): Host<ToHost, ToView> {
  const api = acquireVsCodeApi();
  const remembered = (): Record<string, unknown> => {
    const state = api.getState();
    return typeof state === 'object' && state !== null ? (state as Record<string, unknown>) : {};
  };
  return {
    tell: (message) => api.postMessage(message),
    listen(handle) {
      window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (isToView(data)) handle(data);
      });
    },
    remembered,
    remember: (state) => api.setState({ ...remembered(), ...state }),
  };
}
