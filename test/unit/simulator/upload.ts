import { syntheticImage, type ImageText } from '../../../src/simulator/syntheticImage';
import { stage } from '../../../src/image/stagingHeader';
import { eraseNewApp, jumpToBootloader, writeStaging } from '../../../src/protocol/messages/update';
import {
  SimulatedController,
  type SimulatedControllerOptions,
} from '../../../src/simulator/simulatedController';
import { VirtualClock } from '../../support/virtualClock';
import { TestHost } from './testHost';

export const otherText: ImageText = {
  hardware: '75_300_R2',
  version: { major: 6, minor: 6 },
  branch: 'release_6_06',
  commit: '0123456789abcdef0123456789abcdef01234567',
  compiler: '7.3.1',
  userCommit: 'vb1-1111111111111111111111111111111111111111',
};

/** A controller with a host plugged in. */
export function bench(options: SimulatedControllerOptions = {}): {
  clock: VirtualClock;
  controller: SimulatedController;
  host: TestHost;
} {
  const clock = new VirtualClock();
  const controller = new SimulatedController(options, clock);
  return { clock, controller, host: new TestHost(controller.connect(), clock) };
}

/** Erases and writes `staged` as a client does; every answer has to be a yes. */
export async function upload(host: TestHost, staged: Uint8Array, chunk = 507): Promise<void> {
  if ((await host.ask(eraseNewApp(staged.length), 3000)) !== true) throw new Error('erase refused');
  for (let offset = 0; offset < staged.length; offset += chunk) {
    const reply = await host.ask(writeStaging(offset, staged.subarray(offset, offset + chunk)), 9);
    if (reply?.ok !== true) throw new Error(`write at ${offset} refused`);
  }
}

/** Starts the bootloader and lets `wait_ms` pass. */
export async function jump(host: TestHost, wait_ms = 60_000): Promise<void> {
  await host.exchange(jumpToBootloader(), wait_ms);
}

/** The image of `text`, ready for the staging area; made once. */
export function staged(text: ImageText = otherText): Uint8Array {
  const key = JSON.stringify(text);
  const bytes = made.get(key) ?? stage(syntheticImage(text)).bytes;
  made.set(key, bytes);
  return bytes;
}
const made = new Map<string, Uint8Array>();
