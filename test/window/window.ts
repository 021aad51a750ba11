import { Workbench } from '../support/workbench';

let shared: Promise<Workbench> | undefined;

/** The one window that the tests share, opened by whoever asks first. */
export function sharedWindow(): Promise<Workbench> {
  // Terminals that draw with the DOM: their text can be read. Motors that may be driven: those of this machine are none.
  // Updates slow enough for each of their steps to be seen.
  shared ??= Workbench.open({
    settings: {
      'terminal.integrated.gpuAcceleration': 'off',
      'vesc.motorTest': true,
      'vesc.simulatedSpeed': 2,
    },
  });
  return shared;
}

/** The shared window as if nothing had been done in it, with our view open. */
export async function clearedWindow(): Promise<Workbench> {
  const window = await sharedWindow();
  await window.clear();
  return window;
}

/** The shared window, if any test has opened it. */
export async function openedWindow(): Promise<Workbench | undefined> {
  return shared?.catch(() => undefined);
}
