import { Worker } from 'node:worker_threads';
import type { EmulationChannel, EmulationMessage, EmulationStart } from './messages';

/** Starts an emulation in a worker of its own; `file` is the worker's bundle. */
export function workerChannel(file: string, start: EmulationStart): EmulationChannel {
  const worker = new Worker(file, { workerData: start });
  let over = false;
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', (message: EmulationMessage) => listener(message)),
    onFailure(listener) {
      worker.on('error', (error: Error) => listener(error.message));
      worker.on('exit', (status) => {
        if (!over) listener(`its worker ended with ${status}`);
      });
    },
    dispose() {
      over = true;
      void worker.terminate();
    },
  };
}
