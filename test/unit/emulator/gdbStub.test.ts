import { strict as assert } from 'node:assert';
import { GdbStub } from '../../../src/emulator/gdbStub';
import { encodeFrame } from '../../../src/protocol/frame';
import { emulatorModule, ProbedCore } from '../../support/emulator';

/** Interrupt 39 is USART3's. */
const UART_VECTOR = 0x0800_0000 + 4 * (16 + 39);

describe('GDB at the emulated controller', () => {
  let probe: ProbedCore;
  let sent: string[];
  let halted: boolean[];
  let resets: number;
  let stub: GdbStub;

  before(async function () {
    // The core may have to be compiled first.
    this.timeout(120_000);
    await emulatorModule();
  });

  beforeEach(async () => {
    probe = await ProbedCore.start();
    sent = [];
    halted = [];
    resets = 0;
    const target = {
      core: probe.core,
      halt: (on: boolean) => void halted.push(on),
      reset: () => void resets++,
    };
    stub = new GdbStub(target, (text) => sent.push(text));
  });

  function packet(text: string): string {
    let sum = 0;
    for (const letter of text) sum = (sum + letter.charCodeAt(0)) & 0xff;
    return `$${text}#${sum.toString(16).padStart(2, '0')}`;
  }

  /** Sends a packet; the reply to it, the acknowledgement checked and taken off. */
  function ask(text: string): string | undefined {
    sent.length = 0;
    stub.receive(Buffer.from(packet(text)));
    assert.equal(sent[0], '+');
    return sent[1] === undefined ? undefined : /^\$(.*)#..$/s.exec(sent[1])?.[1];
  }

  function word(hex: string | undefined): number {
    return Buffer.from(hex!, 'hex').readUInt32LE();
  }

  it('halts when it attaches, and tells the registers', () => {
    assert.deepEqual(halted, [true]);
    assert.equal(ask('?'), 'S05');
    const all = ask('g')!;
    assert.equal(all.length, 19 * 8);
    assert.equal(word(all.slice(15 * 8, 16 * 8)), probe.core.register(15));
    assert.equal(word(ask('p11')), probe.core.register(17));
    ask('P3=78563412');
    assert.equal(probe.core.register(3), 0x1234_5678);
  });

  it('stops at a breakpoint, and goes on from there', () => {
    const handler = word(ask(`m${UART_VECTOR.toString(16)},4`)) & ~1;
    assert.equal(ask(`Z1,${handler.toString(16)},2`), 'OK');
    assert.equal(ask('vCont;c'), undefined);
    assert.deepEqual(halted, [true, false]);
    probe.core.put('uartIn', encodeFrame(Uint8Array.of(0)));
    probe.run(1);
    sent.length = 0;
    stub.poll();
    assert.deepEqual(sent, [packet('S05')]);
    assert.equal(probe.core.register(15), handler);
    const stoppedAt_ns = probe.core.now_ns;
    probe.core.run(stoppedAt_ns + 50_000_000n);
    assert.equal(probe.core.now_ns, stoppedAt_ns, 'time stands still');
    ask('s');
    assert.notEqual(probe.core.register(15), handler);
    assert.equal(ask(`z1,${handler.toString(16)},2`), 'OK');
    ask('c');
    assert.ok(probe.ask([0]));
  });

  /** Puts instructions into RAM and lets the program go on with them; the address of the first. */
  function execute(...code: number[]): number {
    const hex = Buffer.from(Uint16Array.from(code).buffer).toString('hex');
    assert.equal(ask(`M20007000,${(code.length * 2).toString(16)}:${hex}`), 'OK');
    assert.equal(ask('Pf=00700020'), 'OK');
    return 0x2000_7000;
  }

  /** Lets it run for a moment; what was told meanwhile. */
  function runOn(): string[] {
    assert.equal(ask('c'), undefined);
    sent.length = 0;
    probe.run(1);
    stub.poll();
    return sent;
  }

  const BKPT = 0xbe00;
  const ADD_ONE_TO_R4 = 0x3401;
  const BRANCH_TO_ITSELF = 0xe7fe;

  it('stops at a BKPT of the program without a breakpoint there, and goes on behind it', () => {
    const { core } = probe;
    ask('P4=00000000');
    const at = execute(ADD_ONE_TO_R4, BKPT, ADD_ONE_TO_R4, BRANCH_TO_ITSELF);
    assert.deepEqual(runOn(), [packet('S05')]);
    assert.equal(core.register(15), at + 2);
    assert.equal(core.register(4), 1);
    assert.equal(core.faults, 0);
    const stoppedAt_ns = core.now_ns;
    core.run(stoppedAt_ns + 50_000_000n);
    assert.equal(core.now_ns, stoppedAt_ns, 'time stands still');

    assert.deepEqual(runOn(), []);
    assert.equal(core.register(15), at + 6);
    assert.equal(core.register(4), 2);
    assert.equal(core.faults, 0);
  });

  it('passes a BKPT by one step, whether it was reached or stepped to', () => {
    const at = execute(BKPT, BKPT, BRANCH_TO_ITSELF);
    // No interrupt comes in between.
    probe.core.setRegister(15, at);
    assert.equal(ask('s'), 'S05');
    assert.equal(probe.core.register(15), at + 2);
    assert.equal(ask('vCont;s'), 'S05');
    assert.equal(probe.core.register(15), at + 4);
    assert.equal(probe.core.faults, 0);
  });

  it('stops at a breakpoint at a BKPT, then at the BKPT, and is not caught there', () => {
    const at = execute(ADD_ONE_TO_R4, BKPT, BRANCH_TO_ITSELF);
    assert.equal(ask(`Z1,${(at + 2).toString(16)},2`), 'OK');
    for (let stops = 0; stops < 2; stops++) {
      assert.deepEqual(runOn(), [packet('S05')]);
      assert.equal(probe.core.register(15), at + 2);
    }
    assert.deepEqual(runOn(), []);
    assert.equal(probe.core.register(15), at + 4);
  });

  it('goes on in the IT block that a BKPT stands in', () => {
    const ITE_EQ = 0xbf0c;
    const { core } = probe;
    for (const reached of [true, false]) {
      ask('P4=00000000');
      // Z is set: the BKPT runs, and the addition for NE does not.
      const at = execute(0x42a4, ITE_EQ, BKPT, ADD_ONE_TO_R4, BRANCH_TO_ITSELF);
      if (reached) {
        runOn();
        assert.equal(core.register(15), at + 4);
      } else for (let steps = 0; steps < 2; steps++) ask('s');
      assert.equal(core.register(15), at + 4);
      assert.deepEqual(runOn(), []);
      assert.equal(core.register(15), at + 8);
      assert.equal(core.register(4), 0, reached ? 'reached' : 'stepped to');
      stub.receive(Uint8Array.of(3));
    }
  });

  it('tells the program in DHCSR that it is there; once it has gone, BKPT is a fault again', () => {
    const { core } = probe;
    // movw r0, #0xedf0; movt r0, #0xe000; ldr r4, [r0]
    execute(0xf64e, 0x50f0, 0xf2ce, 0x0000, 0x6804, BKPT, 0x6804, BKPT, BRANCH_TO_ITSELF);
    assert.deepEqual(runOn(), [packet('S05')]);
    assert.equal(core.register(4) & 1, 1);
    assert.equal(ask('D'), 'OK');
    probe.run(1);
    assert.equal(core.isStopped, false);
    assert.equal(core.lastFault.pc, 0x2000_700e);
  });

  it('is interrupted by Ctrl+C', () => {
    ask('c');
    probe.run(1);
    sent.length = 0;
    stub.receive(Uint8Array.of(3));
    assert.deepEqual(sent, [packet('S02')]);
    assert.equal(halted.at(-1), true);
  });

  it('reads and writes memory; peripherals only without side effects', () => {
    assert.equal(ask('M20007000,2:abcd'), 'OK');
    assert.equal(ask('m20007000,2'), 'abcd');
    assert.equal(ask('m40004808,4'), '6c010000');
    assert.equal(ask('M40004808,1:00'), 'E14');
    assert.equal(ask('m60000000,4'), 'E14');
  });

  it('writes nothing of a packet whose data is none, or of another length than it says', () => {
    assert.equal(ask('M20007000,2:abcd'), 'OK');
    for (const packet of ['M20007000,2:zzzz', 'M20007000,2:00', 'M20007000,2', 'M20007000,1:0000']) {
      assert.equal(ask(packet), 'E01', packet);
    }
    assert.equal(ask('m20007000,2'), 'abcd');
    assert.equal(ask('M20007000,0:'), 'OK');
  });

  it('describes the target, in pieces', () => {
    assert.match(ask('qSupported:swbreak+')!, /qXfer:features:read\+/);
    let text = '';
    for (let more = true; more;) {
      const part = ask(`qXfer:features:read:target.xml:${text.length.toString(16)},100`)!;
      text += part.slice(1);
      more = part.startsWith('m');
    }
    assert.match(text, /org\.gnu\.gdb\.arm\.m-profile.*<\/target>$/s);
  });

  it('resets on request', () => {
    assert.equal(ask(`qRcmd,${Buffer.from('reset halt').toString('hex')}`), 'OK');
    assert.equal(resets, 1);
    // Halted it is already; debuggers for OpenOCD ask for it all the same.
    assert.equal(ask(`qRcmd,${Buffer.from('halt').toString('hex')}`), 'OK');
    assert.equal(resets, 1);
  });

  it('asks again for a packet that was damaged, and says nothing to one that it does not know', () => {
    stub.receive(Buffer.from('$g#00'));
    assert.deepEqual(sent, ['-']);
    assert.equal(ask('vMustReplyEmpty'), '');
    assert.equal(ask('Z4,0,4'), '');
  });

  it('lets the program run on without breakpoints when it detaches', () => {
    const handler = word(ask(`m${UART_VECTOR.toString(16)},4`)) & ~1;
    ask(`Z0,${handler.toString(16)},2`);
    assert.equal(ask('D'), 'OK');
    assert.equal(halted.at(-1), false);
    assert.ok(probe.ask([0]));
  });
});
