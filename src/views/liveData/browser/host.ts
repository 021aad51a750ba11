import { isToView, type ToHost, type ToView } from '../messages';

interface VsCodeApi {
  postMessage(message: ToHost): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

/** Says something to the extension. */
export function tell(message: ToHost): void {
  api.postMessage(message);
}

/** Hears what the extension says; what does not have the shape of a message is dropped. */
export function listen(handle: (message: ToView) => void): void {
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isToView(data)) handle(data);
  });
}

/** What this view remembers while it is not loaded. */
export function remembered(): Record<string, unknown> {
  const state = api.getState();
  return typeof state === 'object' && state !== null ? (state as Record<string, unknown>) : {};
}

export function remember(state: Record<string, unknown>): void {
  api.setState({ ...remembered(), ...state });
}
