import { isVescError, VescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import { jumpToBootloader } from '../protocol/messages/update';
import { enableOutputs, releaseMotors } from './motorRelease';
import { type ReturnedController, waitForReturn } from './reconnect';
import type { TargetConnection } from './targetConnection';
import type { UpdaterDependencies } from './updater';
import type { Jump } from './uptime';

/** How often the jump is sent before we believe that the controller ignores it. */
const JUMP_ATTEMPTS = 3;

export interface RestartOptions {
  /** The endpoint of each motor, the controller's own first: made safe before every jump. */
  readonly motors: () => readonly Endpoint[];
  /** Heeded as long as the jump was not sent, and after it only where `cancellable`. */
  readonly signal: AbortSignal;
  /** Waiting for the return may be cancelled too: nothing is at stake. */
  readonly cancellable: boolean;
  readonly onRelease?: () => void;
  /** From here on power must not be cut. */
  readonly onJump?: (jump: Jump) => void;
  readonly onProgress: (fraction: number) => void;
  /** Takes the time of the two halves: until the jump is sent, and until the controller is back. */
  readonly time?: <T>(half: 'commit' | 'reconnect', work: () => Promise<T>) => Promise<T>;
}

/**
 * Makes the motors safe, starts the bootloader and waits until the controller is back.
 * @throws VescError `lost` when it does not come back. All others mean that the firmware it had runs on, with its
 * throttle inputs: `jump-ignored` when it never left; `motor-turning` and those of the link when the jump could not
 * be sent
 */
export async function restartThroughBootloader(
  dependencies: UpdaterDependencies,
  connection: TargetConnection,
  uuid: string,
  options: RestartOptions,
): Promise<ReturnedController> {
  try {
    return await jumpAndReturn(dependencies, connection, uuid, options);
  } catch (error) {
    if (!isVescError(error, 'lost')) await giveInputsBack(options);
    throw error;
  }
}

/** It did not restart, which would have. Over a link that broke they come back by themselves. */
async function giveInputsBack({ motors }: RestartOptions): Promise<void> {
  try {
    await enableOutputs(motors());
  } catch {
    // What went wrong before is what is told.
  }
}

async function jumpAndReturn(
  dependencies: UpdaterDependencies,
  connection: TargetConnection,
  uuid: string,
  options: RestartOptions,
): Promise<ReturnedController> {
  const { clock } = dependencies;
  const time = options.time ?? ((_half, work) => work());
  let jump: Jump | undefined;
  for (let attempt = 1; attempt <= JUMP_ATTEMPTS; attempt++) {
    const earlier = jump;
    jump = await time('commit', async () => {
      // A jump that was sent may still arrive: after it neither a cancel nor a broken link means that nothing happens.
      const mayStop = earlier === undefined || options.cancellable;
      options.onRelease?.();
      try {
        await releaseMotors(options.motors(), clock);
        if (mayStop) options.signal.throwIfAborted();
        return await connection.jump(clock, jumpToBootloader());
      } catch (error) {
        if (earlier === undefined || !isVescError(error) || isVescError(error, 'motor-turning')) throw error;
        return earlier;
      }
    });
    options.onJump?.(jump);
    const sent = jump;
    const signal = options.cancellable ? options.signal : undefined;
    const returned = await time('reconnect', () =>
      waitForReturn(dependencies, connection, uuid, sent, options.onProgress, signal),
    );
    if (returned.restarted) return returned;
  }
  throw new VescError('jump-ignored', {});
}
