// The entry of a worker thread: stages the image it is started with, and ends. A bundle of its own.
import { parentPort, workerData } from 'node:worker_threads';
import { stage } from '../image/stagingHeader';

parentPort?.postMessage(stage(workerData as Uint8Array));
