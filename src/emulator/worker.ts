// One worker is one emulated controller: dist/emulatorWorker.js.
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../base/clock';
import { Emulation } from './emulation';
import type { EmulationStart, HostMessage } from './messages';

const emulation = new Emulation(workerData as EmulationStart, systemClock, (message) =>
  parentPort?.postMessage(message),
);
parentPort?.on('message', (message: HostMessage) => emulation.handle(message));
emulation.run();
