import { Worker } from 'node:worker_threads';
import type { StagedImage } from '../image/stagingHeader';
import type { StageThread } from '../update/imageStager';

/** Starts `file` (the bundle of `stageWorker.ts`) on one image. */
export function startStageThread(file: string, app: Uint8Array): StageThread {
  // It needs nothing of what this process was started with.
  const worker = new Worker(file, { workerData: app, execArgv: [] });
  const staged = new Promise<StagedImage>((resolve, reject) => {
    worker.on('message', (message: StagedImage) => resolve(message));
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error(`${file} ended without a result`)));
  });
  // Whoever ends it early may have stopped listening.
  staged.catch(() => undefined);
  return { staged, dispose: () => void worker.terminate() };
}
