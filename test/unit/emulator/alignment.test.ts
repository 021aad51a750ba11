import { strict as assert } from 'node:assert';
import type { EmulatorCore } from '../../../src/emulator/emulatorCore';
import { emulatorModule, startedCore } from '../../support/emulator';

const CODE = 0x100;
const LITERAL = 0x180;
const HANDLER = 0x200;
const HERE = 0xe7fe;
/** r0 from the literal; CPACR = 0x00F00000, so that the FPU is on. */
const PROLOGUE = [0x481f, 0xf64e, 0x5188, 0xf2ce, 0x0100, 0x220f, 0x0512, 0x600a];
const SRAM_END = 0x2002_0000;
const UNALIGNED = 1 << 24;
const PRECISE_BUS_ERROR = (1 << 9) | (1 << 15);

/** Runs one instruction with `address` in r0; anything else waits for ever. */
async function execute(instruction: readonly number[], address: number): Promise<EmulatorCore> {
  const image = new Uint8Array(0x400);
  const view = new DataView(image.buffer);
  view.setUint32(0, 0x2000_8000, true);
  view.setUint32(4, 0x0800_0001 + CODE, true);
  view.setUint32(12, 0x0800_0001 + HANDLER, true);
  view.setUint32(LITERAL, address, true);
  view.setUint16(HANDLER, HERE, true);
  [...PROLOGUE, ...instruction, HERE].forEach((half, index) => view.setUint16(CODE + 2 * index, half, true));
  const core = await startedCore(image);
  core.run(1_000_000n);
  return core;
}

describe('An access that is not aligned', () => {
  before(async function () {
    // The core may have to be compiled first.
    this.timeout(120_000);
    await emulatorModule();
  });

  for (const [name, instruction] of [
    ['ldmia r0!, {r3, r4}', [0xc818]],
    ['stmia r0!, {r3, r4}', [0xc018]],
    ['ldrd r3, r4, [r0]', [0xe9d0, 0x3400]],
    ['strd r3, r4, [r0]', [0xe9c0, 0x3400]],
    ['ldrex r3, [r0]', [0xe850, 0x3f00]],
    ['vldr s0, [r0]', [0xed90, 0x0a00]],
    ['vstr s0, [r0]', [0xed80, 0x0a00]],
    ['vldr d0, [r0]', [0xed90, 0x0b00]],
    ['vldmia r0, {s0, s1}', [0xec90, 0x0a02]],
    ['vstmia r0, {s0, s1}', [0xec80, 0x0a02]],
  ] as const) {
    it(`is a fault in ${name}, as on the chip`, async () => {
      const core = await execute(instruction, 0x2000_1002);
      assert.equal(core.faults, 1);
      assert.equal(core.lastFault.status, UNALIGNED);
      assert.equal(core.lastFault.pc, 0x0800_0000 + CODE + 2 * PROLOGUE.length);
      assert.equal(core.register(0), 0x2000_1002);
      assert.equal((await execute(instruction, 0x2000_1000)).faults, 0);
    });
  }

  for (const [name, instruction] of [
    ['ldr r3, [r0]', [0x6803]],
    ['str r3, [r0]', [0x6003]],
    ['ldrh r3, [r0]', [0x8803]],
    ['strh r3, [r0]', [0x8003]],
  ] as const) {
    it(`is none in ${name}`, async () => assert.equal((await execute(instruction, 0x2000_1001)).faults, 0));
  }
});

describe('A transfer of several registers', () => {
  for (const [name, instruction] of [
    ['ldmia r0!, {r3, r4}', [0xc818]],
    ['stmia r0!, {r3, r4}', [0xc018]],
  ] as const) {
    it(`ends where the memory does: ${name}`, async () => {
      const core = await execute(instruction, SRAM_END - 4);
      assert.deepEqual(core.lastFault, {
        pc: 0x0800_0000 + CODE + 2 * PROLOGUE.length,
        status: PRECISE_BUS_ERROR,
        address: SRAM_END,
      });
    });
  }
});
