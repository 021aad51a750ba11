// A program of its own, as an editor meets its first image: nothing is compiled yet. Stages the image in a file, here
// or on a thread, and prints how long that took and how long nothing else could be done on this thread meanwhile.
//   node stagingTimes.js IMAGE [WORKER]
import { readFileSync } from 'node:fs';
import { startStageThread } from '../../src/controllers/stageThread';
import { stage } from '../../src/image/stagingHeader';

export interface StagingTimes {
  readonly took_ms: number;
  readonly blocked_ms: number;
}

async function main([file, worker]: readonly string[]): Promise<void> {
  const image = new Uint8Array(readFileSync(file!));
  const began = performance.now();
  let done = false;
  let blocked_ms = 0;
  let last = began;
  const look = (): void => {
    const now = performance.now();
    blocked_ms = Math.max(blocked_ms, now - last);
    last = now;
    if (!done) setTimeout(look, 1);
  };
  setTimeout(look, 1);
  await (worker === undefined ? Promise.resolve(stage(image)) : startStageThread(worker, image).staged);
  const took_ms = performance.now() - began;
  done = true;
  look();
  const times: StagingTimes = { took_ms, blocked_ms };
  console.log(JSON.stringify(times));
}

void main(process.argv.slice(2));
