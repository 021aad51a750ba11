import assert from 'node:assert/strict';
import { CommandId } from '../../../src/protocol/commandId';
import { syntheticBootloader } from '../../support/syntheticImage';
import { RecoveryBench } from '../../support/recoveryBench';

const BOOTLOADER = { bytes: syntheticBootloader(), name: 'generic.bin' };

describe('a recovery that breaks off', () => {
  let bench: RecoveryBench;
  afterEach(() => bench.dispose());

  /** Ends as lost with `code`; the next run brings the controller back. */
  async function breaksWith(code: string, mend: () => void): Promise<void> {
    const result = await bench.recover();
    assert.deepEqual([result.verdict, result.error?.code], ['lost', code]);
    mend();
    const again = await bench.recover({ bootloader: BOOTLOADER });
    assert.deepEqual([again.verdict, again.proof], ['updated', 'build-identity']);
  }

  it('in the erase, when the power fails', async () => {
    bench = new RecoveryBench();
    bench.dead.flash.cutPower = ({ kind }) => kind === 'erase';
    await breaksWith('swd-erase-failed', () => {
      bench.dead.flash.cutPower = undefined;
      bench.dead.powerOn();
    });
  });

  it('in a write, when the power fails', async () => {
    bench = new RecoveryBench();
    bench.dead.flash.cutPower = ({ kind, address }) => kind === 'program' && address > 0x0804_0000;
    await breaksWith('swd-write-failed', () => {
      bench.dead.flash.cutPower = undefined;
      bench.dead.powerOn();
    });
  });

  it('while it is read back, when the power fails', async () => {
    bench = new RecoveryBench();
    let reads = 0;
    bench.healthy.interference = ({ payload, direction }) => {
      const isRead = direction === 'to-controller' && payload[0] === CommandId.BM_MEM_READ;
      // One for each of the two words of the chip, 2,065 for the flash, and the bytes of the verification.
      if (isRead && ++reads === 2500) bench.dead.cutPower();
      return undefined;
    };
    await breaksWith('swd-interrupted', () => {
      bench.healthy.interference = undefined;
      bench.dead.powerOn();
    });
  });

  it('when the programmer is unplugged', async () => {
    bench = new RecoveryBench();
    let writes = 0;
    bench.healthy.interference = ({ payload }) =>
      payload[0] === CommandId.BM_WRITE_FLASH && ++writes === 50 ? 'unplug' : undefined;
    await breaksWith('swd-interrupted', () => (bench.healthy.interference = undefined));
  });

  it('when the programmer is unplugged at the very restart, or the chip does not take it', async () => {
    bench = new RecoveryBench();
    bench.healthy.interference = ({ payload, direction }) =>
      direction === 'to-controller' && payload[0] === CommandId.BM_REBOOT ? 'unplug' : undefined;
    await breaksWith('swd-interrupted', () => (bench.healthy.interference = undefined));
    bench.healthy.interference = ({ payload, direction }) => {
      if (direction === 'to-controller' && payload[0] === CommandId.BM_REBOOT) bench.dead.cutPower();
      return undefined;
    };
    const result = await bench.recover({ reflash: true });
    assert.deepEqual([result.verdict, result.error?.code], ['lost', 'swd-interrupted']);
  });

  it('when what is read back is not what was written', async () => {
    bench = new RecoveryBench();
    bench.healthy.interference = ({ payload, direction }) =>
      direction === 'to-controller' && payload[0] === CommandId.BM_WRITE_FLASH && payload[3] === 0x03
        ? { replace: payload.with(9, payload[9]! ^ 1) }
        : undefined;
    await breaksWith('swd-verify-failed', () => (bench.healthy.interference = undefined));
  });

  it('says so when it does not answer, although its flash is right', async () => {
    bench = new RecoveryBench();
    bench.dead.onPhase((phase) => phase === 'starting' && queueMicrotask(() => bench.dead.cutPower()));
    const result = await bench.recover();
    assert.deepEqual([result.verdict, result.error?.code], ['lost', 'recovered-silent']);
    assert.match(result.error!.message, /60 s/);
  });

  it('asks again when it leaves in the moment it is asked', async () => {
    bench = new RecoveryBench();
    let times = 0;
    bench.dead.interference = ({ payload, direction }) =>
      direction === 'to-controller' && payload[0] === CommandId.FW_INFO && ++times <= 2
        ? 'unplug'
        : undefined;
    assert.equal((await bench.recover()).verdict, 'updated');
    bench.dead.interference = ({ payload, direction }) =>
      direction === 'to-controller' && payload[0] === CommandId.GET_VALUES_SELECTIVE ? 'unplug' : undefined;
    const never = await bench.recover({ reflash: true });
    assert.equal(never.error?.code, 'recovered-silent');
  });

  it('asks again over a link that stayed open', async () => {
    bench = new RecoveryBench();
    let times = 0;
    // Before 6.06 the source is told by the terminal, and a controller that starts once more is silent there.
    bench.dead.interference = ({ payload, direction }) =>
      direction === 'to-controller' && payload[0] === CommandId.TERMINAL_CMD && ++times === 1
        ? 'drop'
        : undefined;
    const result = await bench.recover({}, { version: { major: 6, minor: 5 } });
    assert.deepEqual([result.verdict, result.error?.code, times], ['updated', undefined, 2]);
  });
});
