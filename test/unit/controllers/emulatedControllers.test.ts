import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scaledClock, systemClock } from '../../../src/base/clock';
import { Emitter } from '../../../src/base/emitter';
import { VescError } from '../../../src/base/errors';
import type { Lazy } from '../../../src/base/lazy';
import { EmulatedControllers } from '../../../src/controllers/emulatedControllers';
import { chooseUuid, defaultCanId, pickUuid } from '../../../src/controllers/emulatedIdentity';
import { CanBus } from '../../../src/emulator/can/bus';
import type { Emulation } from '../../../src/emulator/emulation';
import type {
  EmulationChannel,
  EmulationMessage,
  EmulationStart,
  HostMessage,
} from '../../../src/emulator/messages';
import { EEPROM_OFFSET } from '../../../src/image/flashMap';
import type { Link } from '../../../src/links/link';
import { emulatorModule, localChannel, probeImage } from '../../support/emulator';
import { VirtualClock } from '../../support/virtualClock';

const DIST = join(__dirname, '..', '..', '..', 'dist');

describe('The UUID of an emulated controller', () => {
  it('comes of its name, and is always the same', () => {
    assert.match(pickUuid('a.bin', []), /^[0-9a-f]{24}$/);
    assert.equal(pickUuid('a.bin', [pickUuid('b.bin', [])]), pickUuid('a.bin', []));
    assert.notEqual(pickUuid('a.bin', []), pickUuid('b.bin', []));
  });

  it('is another for each on a bus, also when they run the same image', () => {
    const taken: string[] = [];
    for (let count = 0; count < 20; count++) taken.push(pickUuid('60.bin', taken));
    assert.equal(new Set(taken).size, 20);
  });

  it('does not lead to the CAN ID of another, nor to that of its second motor', () => {
    // As the real firmware derived it: 126 and 34.
    assert.equal(defaultCanId('3a004100939e563039373220'), 126);
    assert.equal(defaultCanId('3a0041004b1c563039373220'), 34);
    const taken: string[] = [];
    for (let count = 0; count < 20; count++) taken.push(pickUuid('60.bin', taken));
    const ids = taken.map(defaultCanId).sort((one, other) => one - other);
    ids.slice(1).forEach((id, index) => assert.ok(id - ids[index]! >= 2, `${ids.join(' ')}`));
  });
});

describe('The UUID of a chip that has been there before', () => {
  const [last, other] = [pickUuid('last', []), pickUuid('other', [])];

  it('stays what it was, whatever its image is called', () => {
    assert.equal(chooseUuid({ name: 'new.bin', lastUuid: last }, [other]), last);
  });

  it('gives way to one that is asked for', () => {
    assert.equal(chooseUuid({ name: 'new.bin', lastUuid: last, uuid: other.toUpperCase() }, []), other);
  });

  it('is made anew where another on its bus has it: its flash is a copy of that one', () => {
    assert.equal(chooseUuid({ name: 'new.bin', lastUuid: last }, [last]), pickUuid('new.bin', [last]));
  });
});

describe('emulated controllers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'emulated-'));
  const image = join(folder, 'probe.bin');
  let clock: VirtualClock;
  let controllers: EmulatedControllers;

  before(async function () {
    // The core may have to be compiled first.
    this.timeout(120_000);
    await emulatorModule();
    writeFileSync(image, probeImage());
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  beforeEach(() => {
    clock = new VirtualClock();
    const open = (_file: string, start: EmulationStart) => localChannel(start, clock);
    controllers = new EmulatedControllers(clock, DIST, open);
  });
  afterEach(() => controllers.dispose());

  it('start once for each name', async () => {
    const first = await controllers.start(image);
    assert.equal(await controllers.start(image), first);
    assert.deepEqual(controllers.names, [image]);
    assert.notEqual(await controllers.start(`${image}?speed=2`), first);
  });

  it('forget one that could not be started, and one that was stopped', async () => {
    await assert.rejects(controllers.start(join(folder, 'missing.bin')), { code: 'file-unreadable' });
    await controllers.start(image);
    await controllers.stop(image);
    assert.deepEqual(controllers.names, []);
  });

  it('wait for a first start by the time of the controller, however slow this computer is', async () => {
    const messages = new Emitter<EmulationMessage>();
    const silent: EmulationChannel = {
      post: () => {},
      onMessage: (listener) => void messages.event(listener),
      onFailure: () => {},
      dispose: () => {},
    };
    const slow = new EmulatedControllers(clock, DIST, () => silent);
    await slow.start(image);
    let link: Link | undefined;
    const connecting = slow.connect({ kind: 'emulated', name: image }).then((opened) => (link = opened));
    await clock.advance(60_000);
    assert.equal(link, undefined);
    messages.fire({ type: 'started' });
    await clock.run(connecting);
    assert.ok(link);
    slow.dispose();
  });

  it('tell why their program does not run, instead of waiting for it', async () => {
    const broken = join(folder, 'broken.bin');
    const bytes = probeImage();
    const entry = new DataView(bytes.buffer).getUint32(4, true) - 1 - 0x0800_0000;
    // An instruction that does not exist; the fault handler starts over.
    bytes.set([0xff, 0xde], entry);
    writeFileSync(broken, bytes);
    const address = { kind: 'emulated', name: broken } as const;
    await controllers.start(broken);
    await assert.rejects(clock.run(controllers.connect(address)), (error) => {
      assert.ok(error instanceof VescError);
      assert.equal(error.code, 'emulation-stuck');
      assert.match(
        error.happened,
        /^broken\.bin does not run .* undefined instruction, instruction at 0x0800/,
      );
      return true;
    });
  });

  describe('whose end comes while somebody connects', () => {
    const address = { kind: 'emulated', name: image } as const;
    let channels: ReturnType<typeof localChannel>[];

    beforeEach(() => {
      channels = [];
      controllers = new EmulatedControllers(clock, DIST, (_file, start) => {
        channels.push(localChannel(start, clock));
        return channels.at(-1)!;
      });
    });

    /** What connecting ends in, and how long that took. */
    async function connecting(end: () => unknown): Promise<VescError> {
      await controllers.start(image);
      const from_ms = clock.now();
      const failing = assert.rejects(controllers.connect(address), (error) => {
        assert.ok(error instanceof VescError);
        failure = error;
        return true;
      });
      let failure: VescError | undefined;
      await end();
      await clock.run(failing);
      assert.ok(clock.now() - from_ms < 200, `${clock.now() - from_ms} ms`);
      return failure!;
    }

    it('say why at once when their worker fails, and start anew', async () => {
      const failure = await connecting(() => channels[0]!.fail('out of memory'));
      assert.equal(failure.code, 'emulation-ended');
      assert.match(failure.happened, /probe\.bin .*out of memory/);
      assert.deepEqual(controllers.names, []);
      await controllers.start(image);
      assert.equal(channels.length, 2);
    });

    it('say so at once when they are stopped', async () => {
      const failure = await connecting(() => controllers.stop(image));
      assert.equal(failure.code, 'emulation-ended');
      assert.match(failure.happened, /was stopped/);
    });
  });

  it('are not forgotten when an earlier one of that name turns out not to start', async () => {
    let stopping: Promise<void> | undefined;
    let second: ReturnType<typeof controllers.start> | undefined;
    controllers = new EmulatedControllers(clock, DIST, (_file, start) => {
      if (second) return localChannel(start, clock);
      stopping = controllers.stop(image);
      second = controllers.start(image);
      throw new Error('no more workers');
    });
    await assert.rejects(controllers.start(image), { message: 'no more workers' });
    await stopping;
    const run = await second!;
    assert.equal(controllers.find(image), run);
  });

  it('are not found any more when they are stopped while they start', async () => {
    const starting = controllers.start(image);
    await controllers.stop(image);
    assert.match((await starting).controller.ended!, /was stopped/);
    assert.equal(controllers.find(image), undefined);
  });

  it('start once the core can be read, though it could not before', async () => {
    const place = mkdtempSync(join(folder, 'dist-'));
    const others = new EmulatedControllers(clock, place, (_file, start) => localChannel(start, clock));
    await assert.rejects(others.start(image), { code: 'file-unreadable' });
    copyFileSync(join(DIST, 'emulator.wasm'), join(place, 'emulator.wasm'));
    await others.start(image);
    others.dispose();
  });

  it('keep what their program has just stored when they take another image', async () => {
    const messages = new Emitter<EmulationMessage>();
    const programmed: HostMessage[] = [];
    const settings = { type: 'flash', offset: EEPROM_OFFSET, bytes: Uint8Array.of(1, 2, 3) } as const;
    const others = new EmulatedControllers(clock, DIST, () => ({
      post(message) {
        if (message.type === 'program') programmed.push(message);
        if (message.type !== 'sync') return;
        messages.fire(settings);
        messages.fire({ type: 'synced' });
      },
      onMessage: (listener) => void messages.event(listener),
      onFailure: () => {},
      dispose: () => {},
    }));
    await others.start(image);
    assert.equal(await others.swap(image), true);
    const [message] = programmed;
    assert.ok(message?.type === 'program');
    assert.deepEqual([...message.bytes.subarray(EEPROM_OFFSET, EEPROM_OFFSET + 4)], [1, 2, 3, 0xff]);
    others.dispose();
  });

  it('have a motor where that is asked for and known', async () => {
    const starts: EmulationStart[] = [];
    const open = (_file: string, start: EmulationStart) => {
      starts.push(start);
      return localChannel(start, clock);
    };
    const board = join(folder, '60.bin');
    writeFileSync(board, probeImage('60'));
    const others = new EmulatedControllers(clock, DIST, open);
    for (const name of [board, `${board}?motor=hub`, `${board}?motor=auto`, `${image}?motor=auto`]) {
      await others.start(name);
    }
    assert.deepEqual(
      starts.map(({ motor }) => motor?.parameters.polePairs),
      [undefined, 15, 7, undefined],
    );
    await assert.rejects(others.start(`${image}?motor=hub`), { code: 'usage' });
    others.dispose();
  });

  it('take the image of another build in place of the one that runs', async () => {
    assert.equal(await controllers.swap(image), false);
    const { controller } = await controllers.start(image);
    const changed = probeImage();
    changed[0x7_0000] = 0x42;
    writeFileSync(image, changed);
    assert.equal(await controllers.swap(image), true);
    assert.equal(controller.flash.content[0x7_0000], 0x42);
    writeFileSync(image, probeImage());
  });

  describe('with a folder for their flash', () => {
    const flashFolder = join(folder, 'flash');
    const kept = join(flashFolder, 'probe.flash');
    beforeEach(() => {
      const open = (_file: string, start: EmulationStart) => localChannel(start, clock);
      controllers = new EmulatedControllers(clock, DIST, open, { flashFolder });
    });

    it('go on with their settings after they were stopped, and forget them when they are told to', async () => {
      const { controller, bench } = await controllers.start(image);
      controller.flash.change(EEPROM_OFFSET, Uint8Array.of(1, 2, 3));
      bench.damageFlash(true);
      await controllers.stop(image);
      assert.deepEqual([...readFileSync(kept).subarray(EEPROM_OFFSET, EEPROM_OFFSET + 3)], [1, 2, 3]);
      // What was damaged on purpose is whole again.
      assert.deepEqual(
        readFileSync(kept).subarray(0xc000, 0x7_fff0),
        Buffer.from(probeImage()).subarray(0xc000, 0x7_fff0),
      );
      const again = await controllers.start(image);
      assert.equal(again.controller.flash.content[EEPROM_OFFSET], 1);
      await controllers.startErased(image);
      assert.equal(again.controller.flash.content[EEPROM_OFFSET], 0xff);
    });

    it('have kept what was stored last when the editor goes, though it throws them away meanwhile', async () => {
      const { controller } = await controllers.start(image);
      controller.flash.change(EEPROM_OFFSET, Uint8Array.of(4, 5, 6));
      const stopping = controllers.stopAll();
      controllers.dispose();
      await stopping;
      assert.deepEqual([...readFileSync(kept).subarray(EEPROM_OFFSET, EEPROM_OFFSET + 3)], [4, 5, 6]);
    });

    it('share no file, and start anew where it is none of theirs', async () => {
      writeFileSync(kept, 'rubbish');
      const first = await controllers.start(image);
      const second = await controllers.start(`${image}?speed=2`);
      assert.deepEqual([first.kept, second.kept], [kept, undefined]);
    });

    it('are the same controller with another image of their board', async () => {
      const { controller } = await controllers.start(image);
      await controllers.stop(image);
      const another = join(folder, 'another.bin');
      writeFileSync(another, probeImage());
      assert.equal((await controllers.start(another)).controller.can.uuid, controller.can.uuid);
    });

    it('run, and say so, where their UUID cannot be kept', async () => {
      const told: string[] = [];
      controllers.onUnwritable(({ details }) => told.push((details as { path: string }).path));
      rmSync(`${kept}.uuid`, { force: true });
      mkdirSync(`${kept}.uuid`, { recursive: true });
      assert.equal((await controllers.start(image)).kept, kept);
      assert.deepEqual(told, [`${kept}.uuid`]);
      rmSync(`${kept}.uuid`, { recursive: true });
    });

    it('share none either when they are started at the same time', async () => {
      const both = await Promise.all([controllers.start(image), controllers.start(`${image}?speed=2`)]);
      assert.equal(both.filter((run) => run.kept === kept).length, 1);
    });

    it('do not touch the file of a controller of another process, until that is gone', async () => {
      const lock = `${kept}.lock`;
      writeFileSync(lock, `${process.ppid}`);
      // It is waited for, and that in real time, because files are read.
      const hurriedClock = scaledClock(systemClock, 20);
      const open = (_file: string, start: EmulationStart) => localChannel(start, clock);
      controllers = new EmulatedControllers(hurriedClock, DIST, open, { flashFolder });
      await assert.rejects(controllers.start(image), {
        code: 'flash-in-use',
        details: { path: kept, process: process.ppid },
      });
      assert.deepEqual(controllers.names, []);
      rmSync(lock);
      assert.equal((await controllers.start(image)).kept, kept);
      assert.equal(readFileSync(lock, 'utf8'), `${process.pid}`);
      await controllers.stop(image);
      assert.equal(existsSync(lock), false);
    });

    it('hold no file after they could not be started', async () => {
      await assert.rejects(controllers.start(`${image}?uuid=xyz`), { code: 'usage' });
      assert.equal(existsSync(`${kept}.lock`), false);
    });

    it('go on with what one has stored that is being stopped this moment', async () => {
      const { controller } = await controllers.start(image);
      controller.flash.change(EEPROM_OFFSET, Uint8Array.of(7, 8, 9));
      const stopping = controllers.stop(image);
      const again = await controllers.start(image);
      await stopping;
      assert.equal(again.kept, kept);
      assert.deepEqual(
        [...again.controller.flash.content.subarray(EEPROM_OFFSET, EEPROM_OFFSET + 3)],
        [7, 8, 9],
      );
    });
  });

  it('tell how they are, and when that changes', async () => {
    let changes = 0;
    controllers.onChange(() => changes++);
    assert.equal(controllers.statusOf({ kind: 'emulated', name: image }), undefined);
    const { bench } = await controllers.start(image);
    assert.deepEqual(controllers.statusOf({ kind: 'emulated', name: image }), {
      state: 'running',
      plugged: true,
    });
    const before = changes;
    bench.plugIn(false);
    bench.power(false);
    assert.deepEqual(controllers.statusOf({ kind: 'emulated', name: image }), {
      state: 'off',
      plugged: false,
    });
    assert.ok(changes > before);
    await assert.rejects(controllers.connect({ kind: 'emulated', name: image }), { code: 'port-not-found' });
    bench.backToNormal();
    assert.equal(controllers.statusOf({ kind: 'emulated', name: image })!.state, 'running');
  });

  it('are connected with what a board has at its inputs, as the editor knows it or by the table', async () => {
    const asked: string[] = [];
    const open = (_file: string, start: EmulationStart) => {
      assert.deepEqual(start.overrides, [{ kind: 'index', index: 11, value: 1000 }]);
      return localChannel(start, clock);
    };
    controllers = new EmulatedControllers(clock, DIST, open, {
      inputsOf: (hardware) => {
        asked.push(hardware);
        const input = { kind: 'linear', index: 11, offset: 0, perCount: 0.01 } as const;
        return Promise.resolve({ supply: { input, min_V: 5, max_V: 15 } });
      },
    });
    const { bench } = await controllers.start(image);
    assert.deepEqual(asked, ['probe']);
    assert.equal(bench.valueOf('supply'), 10);
  });

  it('are on one CAN bus, with a UUID each', async () => {
    const starts: EmulationStart[] = [];
    const emulations: Emulation[] = [];
    controllers = new EmulatedControllers(clock, DIST, (_file, start) => {
      starts.push(start);
      return localChannel(start, clock, (emulation) => emulations.push(emulation));
    });
    const { controller: other } = await controllers.start(`${image}?speed=2`);
    const { controller: first } = await controllers.start(image);
    assert.notDeepEqual(starts[0]!.uniqueId, starts[1]!.uniqueId);
    for (let tries = 0; !(first.can.isReady && other.can.isReady) && tries < 50; tries++)
      await clock.advance(20);
    const attached = emulations.map(({ core }) => Number(core.now_ns));
    await clock.advance(500);
    const passed_ms = emulations.map(({ core }, index) => (Number(core.now_ns) - attached[index]!) / 1e6);
    // The faster one waits for the other.
    assert.ok(Math.abs(passed_ms[0]! - passed_ms[1]!) < 5, passed_ms.join(' '));
    assert.ok(passed_ms[0]! > 400 && passed_ms[0]! < 600, passed_ms.join(' '));
    await controllers.stop(image);
    const before = Number(emulations[0]!.core.now_ns);
    await clock.advance(500);
    assert.ok((Number(emulations[0]!.core.now_ns) - before) / 1e6 > 900, 'alone, it has its own speed');
  });

  it('cannot have the UUID of another on the same bus', async () => {
    await controllers.start(image);
    const [uuid] = (controllers as unknown as { bus: Lazy<CanBus> }).bus.made!.uuids;
    const name = `${image}?uuid=${uuid!.toUpperCase()}`;
    await assert.rejects(controllers.start(name), { code: 'usage' });
    const { flash } = (await controllers.start(image)).controller;
    const bus = new CanBus(clock);
    (await controllers.create({ flash: flash.content, name: 'a', uuid: uuid!, bus })).dispose();
  });
});
