import { strict as assert } from 'node:assert';
import { EmulatedController, type EmulationEvent } from '../../../src/emulator/emulatedController';
import { composeFlash } from '../../../src/emulator/emulatedFlash';
import type { Emulation } from '../../../src/emulator/emulation';
import type { EmulationStart } from '../../../src/emulator/messages';
import { VescError } from '../../../src/base/errors';
import { Session } from '../../../src/links/session';
import { fwVersion } from '../../../src/protocol/messages/identity';
import { encodeFrame } from '../../../src/protocol/frame';
import { emulatorModule, localChannel, PROBE, probeImage, probeProgram } from '../../support/emulator';
import { VirtualClock } from '../../support/virtualClock';

const ADDRESS = { kind: 'emulated', name: 'probe.bin' } as const;

describe('An emulated controller', () => {
  let clock: VirtualClock;
  let channel: ReturnType<typeof localChannel>;
  let controller: EmulatedController;
  let emulation: Emulation;
  let events: EmulationEvent[];

  before(async function () {
    // The core may have to be compiled first.
    this.timeout(120_000);
    await emulatorModule();
  });

  async function start(flash: Uint8Array, options: Partial<EmulationStart> = {}): Promise<void> {
    clock = new VirtualClock();
    const module = await emulatorModule();
    const uniqueId = new Uint8Array(12).fill(7);
    const given = { speed: 1, instantFlash: true, uart: 0, overrides: [] };
    channel = localChannel({ module, flash, uniqueId, ...given, ...options }, clock, (one) => {
      emulation = one;
    });
    controller = new EmulatedController(channel, flash, clock, '07'.repeat(12));
    events = [];
    controller.onEvent((event) => events.push(event));
  }

  beforeEach(() => start(composeFlash({ app: { bytes: probeImage(), name: 'probe.bin' } })));
  afterEach(() => controller.dispose());

  async function untilEnumerated(): Promise<void> {
    for (let tries = 0; !controller.isEnumerated && tries < 50; tries++) await clock.advance(20);
    assert.ok(controller.isEnumerated);
  }

  it('is a link that sessions work on, by USB as soon as that is there', async () => {
    await untilEnumerated();
    const session = new Session(controller.connect(ADDRESS), clock);
    const version = await clock.run(session.request(fwVersion()));
    assert.equal(version.hardware, 'probe');
    assert.equal(version.uuid, '07'.repeat(12));
  });

  it('has one host at a time, and takes the next when that has gone', async () => {
    await untilEnumerated();
    const first = controller.connect(ADDRESS);
    assert.throws(() => controller.connect(ADDRESS), { code: 'port-busy' });
    first.dispose();
    assert.ok(controller.connect(ADDRESS).isOpen);
  });

  it('tells restarts and faults, with where they happened; the link outlives them', async () => {
    await untilEnumerated();
    const link = controller.connect(ADDRESS);
    await link.write(encodeFrame(Uint8Array.of(0xf0, PROBE.busError)));
    await clock.advance(60);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['fault', 'reset'],
    );
    const [fault] = events;
    assert.ok(fault?.kind === 'fault' && fault.fault.address === 0x6000_0000);
    assert.ok(link.isOpen);
    assert.ok(!controller.isEnumerated);
  });

  it('mirrors its flash', async () => {
    await untilEnumerated();
    const { revision } = controller.flash;
    const link = controller.connect(ADDRESS);
    await link.write(encodeFrame(Uint8Array.of(0xf0, PROBE.flash)));
    await clock.advance(400);
    assert.ok(controller.flash.revision > revision);
    assert.deepEqual([...controller.flash.content.subarray(0xa_0000, 0xa_0004)], [0x0f, 0x0f, 0xff, 0x00]);
  });

  it('runs another program that is put into its flash', async () => {
    await untilEnumerated();
    const before = controller.connect(ADDRESS);
    controller.program(0, probeImage('other'));
    await Promise.resolve();
    assert.ok(!before.isOpen, 'whoever was connected has to ask again who is there');
    assert.ok(controller.isStarting);
    await untilEnumerated();
    const session = new Session(controller.connect(ADDRESS), clock);
    assert.equal((await clock.run(session.request(fwVersion()))).hardware, 'other');
  });

  it('has lost its RAM when another program is put into it, as power-on loses it', async () => {
    await untilEnumerated();
    const { sram } = emulation.core;
    sram[0x1_8000] = 42;
    controller.reset();
    await untilEnumerated();
    assert.equal(sram[0x1_8000], 42);
    controller.program(0, probeImage('other'));
    assert.equal(sram[0x1_8000], 0);
  });

  it('loses what was on its UART at a reset', async () => {
    await untilEnumerated();
    emulation.core.put('uartIn', encodeFrame(Uint8Array.of(0)));
    controller.reset();
    assert.equal(emulation.core.room('uartIn'), 8192);
  });

  it('keeps no more than a megabyte of a host that sends without end', async () => {
    await untilEnumerated();
    const link = controller.connect(ADDRESS);
    for (let count = 0; count < 8; count++) await link.write(new Uint8Array(0x10_0000));
    // USB takes 256 KB a second at most: all of it would be 32 s.
    await clock.advance(16_000);
    const session = new Session(link, clock);
    assert.equal((await clock.run(session.request(fwVersion()))).hardware, 'probe');
  });

  it('says so when the program starts over again and again', async () => {
    controller.dispose();
    const image = probeProgram();
    // The first instruction of the program is one that does not exist.
    const entry = new DataView(image.buffer, image.byteOffset).getUint32(4, true) - 1 - 0x0800_0000;
    image.set([0xff, 0xde], entry);
    await start(composeFlash({}).map((byte, index) => image[index] ?? byte));
    await clock.advance(300);
    assert.equal(
      controller.trouble?.includes(
        `undefined instruction, instruction at 0x${(entry + 0x0800_0000).toString(16).padStart(8, '0')}`,
      ),
      true,
    );
    // What goes on and on is told once.
    const { length } = events;
    assert.deepEqual(events.at(-1), { kind: 'state', state: 'restarting' });
    await clock.advance(3000);
    assert.equal(events.length, length);
    controller.program(0, probeImage());
    await untilEnumerated();
    assert.equal(controller.trouble, undefined);
  });

  it('takes a program that starts over often, but gets somewhere in the end, for one that runs', async () => {
    await untilEnumerated();
    for (let count = 0; count < 25; count++) {
      controller.reset();
      await clock.advance(4);
    }
    assert.match(controller.trouble!, /starts over again and again/);
    await clock.advance(6000);
    assert.ok(controller.isEnumerated);
    assert.equal(controller.trouble, undefined);
    assert.deepEqual(events.at(-1), { kind: 'state', state: 'running' });
  });

  it('says so at once when a program locks up and no watchdog runs', async () => {
    controller.dispose();
    await start(composeFlash({}));
    await clock.advance(20);
    assert.match(controller.trouble!, /locked up.*instruction at 0xfffffffe/);
    // A reset helps as long as it lasts.
    controller.reset();
    await clock.advance(20);
    assert.match(controller.trouble!, /locked up/);
  });

  it('waits for the watchdog where one runs: then a lock-up passes', async () => {
    await untilEnumerated();
    const link = controller.connect(ADDRESS);
    await link.write(encodeFrame(Uint8Array.of(0xf0, PROBE.lockUp)));
    await clock.advance(10);
    assert.equal(controller.trouble, undefined);
    await clock.advance(300);
    assert.deepEqual(
      events.flatMap((event) => (event.kind === 'reset' ? [event.cause] : [])),
      ['independentWatchdog'],
    );
    assert.ok(controller.isEnumerated);
  });

  it('ends its links when its worker fails, and takes no more', async () => {
    await untilEnumerated();
    const link = controller.connect(ADDRESS);
    channel.fail('out of memory');
    await clock.advance(1);
    assert.ok(!link.isOpen);
    assert.deepEqual(events, [{ kind: 'failed', reason: 'out of memory' }]);
    assert.throws(() => controller.connect(ADDRESS), { code: 'port-not-found' });
  });
});

describe('The flash of an emulated controller', () => {
  it('refuses what is no image for this chip', () => {
    assert.throws(() => composeFlash({ app: { bytes: new Uint8Array(1000), name: 'x.bin' } }), {
      code: 'image-truncated',
    });
    const patched = (at: number, ...bytes: number[]): Uint8Array => {
      const image = probeImage();
      image.set(bytes, at);
      return image;
    };
    const refused: readonly (readonly [Uint8Array, string])[] = [
      [new Uint8Array(0), 'image-empty'],
      [probeImage().subarray(0, 0x4_0000), 'image-truncated'],
      [new Uint8Array(0x8_0001).fill(1), 'image-too-long'],
      [new Uint8Array(0x10_0001).fill(1), 'image-too-long'],
      // The vectors of chips whose RAM or flash lies elsewhere.
      [patched(0, 0, 0, 0, 0), 'image-stack-pointer'],
      [patched(0, 0, 0, 2, 0x24), 'image-stack-pointer'],
      [patched(4, 1, 2, 0, 0), 'image-reset-vector'],
      [patched(4, 1, 0x60, 0, 8), 'image-reset-vector'],
      [patched(4, 0x80, 0x01, 0x0e, 8), 'image-reset-vector'],
      [patched(4, 0x81, 0x01, 0x0e, 8), 'image-is-bootloader'],
      [
        Buffer.from('\x7fELF\x01\x01\x01' + '\0'.repeat(9) + '\x02\0\xf3\0' + '\0'.repeat(32), 'latin1'),
        'image-elf-foreign',
      ],
      [Buffer.from('not a firmware at all'), 'image-is-text'],
    ];
    for (const [bytes, code] of refused) {
      assert.throws(
        () => composeFlash({ app: { bytes, name: 'x.bin' } }),
        (error) => {
          assert.ok(error instanceof VescError);
          assert.equal(error.code, code);
          assert.ok(error.next.length > 10 && error.state.length > 10);
          return true;
        },
      );
    }
    const app = { bytes: probeImage(), name: 'app.bin' };
    assert.throws(() => composeFlash({ bootloader: app }), { code: 'bootloader-too-long' });
  });

  it('keeps the settings of an earlier run under a new image, and its bootloader', () => {
    const kept = new Uint8Array(0x10_0000).fill(0x11);
    const flash = composeFlash({ kept, app: { bytes: probeImage(), name: 'app.bin' } });
    assert.equal(flash[0x4000], 0x11);
    assert.equal(flash[0x3fff], 0xff);
    assert.equal(flash[0xe_0000], 0x11);
  });
});
