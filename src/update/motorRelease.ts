import { type Clock, sleep } from '../base/clock';
import { VescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import { appDisableOutput, setCurrent } from '../protocol/messages/motor';
import { getValuesSelective } from '../protocol/messages/telemetry';
import { isTurning } from './standstill';

/** Long enough for the jump; a restart enables the output again anyway. */
const DISABLE_OUTPUT_MS = 10_000;
const RELEASE_TIMEOUT_MS = 3000;
const POLL_MS = 100;

/**
 * Makes the motors of a controller safe before its bootloader is started: the jump itself releases one motor only
 * and waits for nothing (facts 14). Throttle inputs are switched off, every motor is released, and each is read
 * back until it is at rest.
 * @param motors the endpoint of each motor, the controller's own first
 * @throws VescError `motor-turning` when one does not come to rest; the outputs are enabled again
 */
export async function releaseMotors(motors: readonly Endpoint[], clock: Clock): Promise<void> {
  for (const motor of motors)
    await motor.send(appDisableOutput({ forwardCan: false, duration_ms: DISABLE_OUTPUT_MS }));
  const deadline = clock.now() + RELEASE_TIMEOUT_MS;
  for (const motor of motors) {
    for (;;) {
      await motor.send(setCurrent(0));
      const values = await motor.request(getValuesSelective(['erpm', 'duty']), {
        attempts: 3,
      });
      if (!isTurning(values)) break;
      if (clock.now() > deadline) {
        await enableOutputs(motors);
        throw new VescError('motor-turning', values);
      }
      await sleep(clock, POLL_MS);
    }
  }
}

/** Gives the throttle inputs back. */
export async function enableOutputs(motors: readonly Endpoint[]): Promise<void> {
  for (const motor of motors) await motor.send(appDisableOutput({ forwardCan: false, duration_ms: 0 }));
}
