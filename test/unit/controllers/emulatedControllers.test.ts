import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Emitter } from '../../../src/base/emitter';
import { VescError } from '../../../src/base/errors';
import type { Lazy } from '../../../src/base/lazy';
import { EmulatedControllers } from '../../../src/controllers/emulatedControllers';
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
import { localChannel, probeImage } from '../../support/emulator';
import { DIST, EmulatorLab } from '../../support/emulatorLab';

describe('emulated controllers', () => {
  const lab = new EmulatorLab();

  it('start once for each name', async () => {
    const first = await lab.controllers.start(lab.image);
    assert.equal(await lab.controllers.start(lab.image), first);
    assert.deepEqual(lab.controllers.names, [lab.image]);
    assert.notEqual(await lab.controllers.start(`${lab.image}?speed=2`), first);
  });

  it('forget one that could not be started, and one that was stopped', async () => {
    await assert.rejects(lab.controllers.start(join(lab.folder, 'missing.bin')), { code: 'file-unreadable' });
    await lab.controllers.start(lab.image);
    await lab.controllers.stop(lab.image);
    assert.deepEqual(lab.controllers.names, []);
  });

  it('wait for a first start by the time of the controller, however slow this computer is', async () => {
    const messages = new Emitter<EmulationMessage>();
    const silent: EmulationChannel = {
      post: () => {},
      onMessage: (listener) => void messages.event(listener),
      onFailure: () => {},
      dispose: () => {},
    };
    const slow = new EmulatedControllers(lab.clock, DIST, () => silent);
    await slow.start(lab.image);
    let link: Link | undefined;
    const connecting = slow.connect({ kind: 'emulated', name: lab.image }).then((opened) => (link = opened));
    await lab.clock.advance(60_000);
    assert.equal(link, undefined);
    messages.fire({ type: 'started' });
    await lab.clock.run(connecting);
    assert.ok(link);
    slow.dispose();
  });

  it('tell why their program does not run, instead of waiting for it', async () => {
    const broken = join(lab.folder, 'broken.bin');
    const bytes = probeImage();
    const entry = new DataView(bytes.buffer).getUint32(4, true) - 1 - 0x0800_0000;
    // An instruction that does not exist; the fault handler starts over.
    bytes.set([0xff, 0xde], entry);
    writeFileSync(broken, bytes);
    const address = { kind: 'emulated', name: broken } as const;
    await lab.controllers.start(broken);
    await assert.rejects(lab.clock.run(lab.controllers.connect(address)), (error) => {
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
    const address = { kind: 'emulated', name: lab.image } as const;
    let channels: ReturnType<typeof localChannel>[];

    beforeEach(() => {
      channels = [];
      lab.renew((_file, start) => {
        channels.push(localChannel(start, lab.clock));
        return channels.at(-1)!;
      });
    });

    /** What connecting ends in, and how long that took. */
    async function connecting(end: () => unknown): Promise<VescError> {
      await lab.controllers.start(lab.image);
      const from_ms = lab.clock.now();
      const failing = assert.rejects(lab.controllers.connect(address), (error) => {
        assert.ok(error instanceof VescError);
        failure = error;
        return true;
      });
      let failure: VescError | undefined;
      await end();
      await lab.clock.run(failing);
      assert.ok(lab.clock.now() - from_ms < 200, `${lab.clock.now() - from_ms} ms`);
      return failure!;
    }

    it('say why at once when their worker fails, and start anew', async () => {
      const failure = await connecting(() => channels[0]!.fail('out of memory'));
      assert.equal(failure.code, 'emulation-ended');
      assert.match(failure.happened, /probe\.bin .*out of memory/);
      assert.deepEqual(lab.controllers.names, []);
      await lab.controllers.start(lab.image);
      assert.equal(channels.length, 2);
    });

    it('say so at once when they are stopped', async () => {
      const failure = await connecting(() => lab.controllers.stop(lab.image));
      assert.equal(failure.code, 'emulation-ended');
      assert.match(failure.happened, /was stopped/);
    });
  });

  it('are not forgotten when an earlier one of that name turns out not to start', async () => {
    let stopping: Promise<void> | undefined;
    let second: ReturnType<typeof lab.controllers.start> | undefined;
    lab.renew((_file, start) => {
      if (second) return localChannel(start, lab.clock);
      stopping = lab.controllers.stop(lab.image);
      second = lab.controllers.start(lab.image);
      throw new Error('no more workers');
    });
    await assert.rejects(lab.controllers.start(lab.image), { message: 'no more workers' });
    await stopping;
    const run = await second!;
    assert.equal(lab.controllers.find(lab.image), run);
  });

  it('are not found any more when they are stopped while they start', async () => {
    const starting = lab.controllers.start(lab.image);
    await lab.controllers.stop(lab.image);
    assert.match((await starting).controller.ended!, /was stopped/);
    assert.equal(lab.controllers.find(lab.image), undefined);
  });

  it('start once the core can be read, though it could not before', async () => {
    const place = mkdtempSync(join(lab.folder, 'dist-'));
    const others = new EmulatedControllers(lab.clock, place, (_file, start) =>
      localChannel(start, lab.clock),
    );
    await assert.rejects(others.start(lab.image), { code: 'file-unreadable' });
    copyFileSync(join(DIST, 'emulator.wasm'), join(place, 'emulator.wasm'));
    await others.start(lab.image);
    others.dispose();
  });

  it('keep what their program has just stored when they take another image', async () => {
    const messages = new Emitter<EmulationMessage>();
    const programmed: HostMessage[] = [];
    const settings = { type: 'flash', offset: EEPROM_OFFSET, bytes: Uint8Array.of(1, 2, 3) } as const;
    const others = new EmulatedControllers(lab.clock, DIST, () => ({
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
    await others.start(lab.image);
    assert.equal(await others.swap(lab.image), true);
    const [message] = programmed;
    assert.ok(message?.type === 'program');
    assert.deepEqual([...message.bytes.subarray(EEPROM_OFFSET, EEPROM_OFFSET + 4)], [1, 2, 3, 0xff]);
    others.dispose();
  });

  it('have a motor where that is asked for and known', async () => {
    const starts: EmulationStart[] = [];
    const open = (_file: string, start: EmulationStart) => {
      starts.push(start);
      return localChannel(start, lab.clock);
    };
    const board = join(lab.folder, '60.bin');
    writeFileSync(board, probeImage('60'));
    const others = new EmulatedControllers(lab.clock, DIST, open);
    for (const name of [board, `${board}?motor=hub`, `${board}?motor=auto`, `${lab.image}?motor=auto`]) {
      await others.start(name);
    }
    assert.deepEqual(
      starts.map(({ motor }) => motor?.parameters.polePairs),
      [undefined, 15, 7, undefined],
    );
    await assert.rejects(others.start(`${lab.image}?motor=hub`), { code: 'usage' });
    others.dispose();
  });

  it('take the image of another build in place of the one that runs', async () => {
    assert.equal(await lab.controllers.swap(lab.image), false);
    const { controller } = await lab.controllers.start(lab.image);
    const changed = probeImage();
    changed[0x7_0000] = 0x42;
    writeFileSync(lab.image, changed);
    assert.equal(await lab.controllers.swap(lab.image), true);
    assert.equal(controller.flash.content[0x7_0000], 0x42);
    writeFileSync(lab.image, probeImage());
  });

  it('tell how they are, and when that changes', async () => {
    let changes = 0;
    lab.controllers.onChange(() => changes++);
    assert.equal(lab.controllers.statusOf({ kind: 'emulated', name: lab.image }), undefined);
    const { bench } = await lab.controllers.start(lab.image);
    assert.deepEqual(lab.controllers.statusOf({ kind: 'emulated', name: lab.image }), {
      state: 'running',
      plugged: true,
    });
    const before = changes;
    bench.plugIn(false);
    bench.power(false);
    assert.deepEqual(lab.controllers.statusOf({ kind: 'emulated', name: lab.image }), {
      state: 'off',
      plugged: false,
    });
    assert.ok(changes > before);
    await assert.rejects(lab.controllers.connect({ kind: 'emulated', name: lab.image }), {
      code: 'port-not-found',
    });
    bench.backToNormal();
    assert.equal(lab.controllers.statusOf({ kind: 'emulated', name: lab.image })!.state, 'running');
  });

  it('are connected with what a board has at its inputs, as the editor knows it or by the table', async () => {
    const asked: string[] = [];
    const open = (_file: string, start: EmulationStart) => {
      assert.deepEqual(start.overrides, [{ kind: 'index', index: 11, value: 1000 }]);
      return localChannel(start, lab.clock);
    };
    lab.renew(open, {
      inputsOf: (hardware) => {
        asked.push(hardware);
        const input = { kind: 'linear', index: 11, offset: 0, perCount: 0.01 } as const;
        return Promise.resolve({ supply: { input, min_V: 5, max_V: 15 } });
      },
    });
    const { bench } = await lab.controllers.start(lab.image);
    assert.deepEqual(asked, ['probe']);
    assert.equal(bench.valueOf('supply'), 10);
  });

  it('are on one CAN bus, with a UUID each', async () => {
    const starts: EmulationStart[] = [];
    const emulations: Emulation[] = [];
    lab.renew((_file, start) => {
      starts.push(start);
      return localChannel(start, lab.clock, (emulation) => emulations.push(emulation));
    });
    const { controller: other } = await lab.controllers.start(`${lab.image}?speed=2`);
    const { controller: first } = await lab.controllers.start(lab.image);
    assert.notDeepEqual(starts[0]!.uniqueId, starts[1]!.uniqueId);
    for (let tries = 0; !(first.can.isReady && other.can.isReady) && tries < 50; tries++)
      await lab.clock.advance(20);
    const attached = emulations.map(({ core }) => Number(core.now_ns));
    await lab.clock.advance(500);
    const passed_ms = emulations.map(({ core }, index) => (Number(core.now_ns) - attached[index]!) / 1e6);
    // The faster one waits for the other.
    assert.ok(Math.abs(passed_ms[0]! - passed_ms[1]!) < 5, passed_ms.join(' '));
    assert.ok(passed_ms[0]! > 400 && passed_ms[0]! < 600, passed_ms.join(' '));
    await lab.controllers.stop(lab.image);
    const before = Number(emulations[0]!.core.now_ns);
    await lab.clock.advance(500);
    assert.ok((Number(emulations[0]!.core.now_ns) - before) / 1e6 > 900, 'alone, it has its own speed');
  });

  it('cannot have the UUID of another on the same bus', async () => {
    await lab.controllers.start(lab.image);
    const [uuid] = (lab.controllers as unknown as { bus: Lazy<CanBus> }).bus.made!.uuids;
    const name = `${lab.image}?uuid=${uuid!.toUpperCase()}`;
    await assert.rejects(lab.controllers.start(name), { code: 'usage' });
    const { flash } = (await lab.controllers.start(lab.image)).controller;
    const bus = new CanBus(lab.clock);
    (await lab.controllers.create({ flash: flash.content, name: 'a', uuid: uuid!, bus })).dispose();
  });
});
