import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import type { BuildRelation } from '../../../src/controllers/buildRelation';
import { Controller } from '../../../src/controllers/controller';
import type { EmulatedStatus } from '../../../src/controllers/emulatedRun';
import type { FaultRecord } from '../../../src/protocol/faultListing';
import { controllerNode, controllerNodes, type Node } from '../../../src/views/controllerNodes';
import type { FaultPlace } from '../../../src/views/emulatorFaults';
import { COMMIT, connectedController, identity } from '../../support/controllers';
import { VirtualClock } from '../../support/virtualClock';

const none = (): undefined => undefined;
const values = {
  tempFet_C: 28,
  tempMotor_C: 26,
  motorCurrent_A: -1.25,
  inputCurrent_A: 0.5,
  duty: 0.5,
  erpm: 12_000,
  voltage_V: 48.1,
  fault: 0,
};
function record(fault: string, motor = 1): FaultRecord {
  return {
    fault,
    motor,
    current_A: 120.33,
    currentFiltered_A: 80,
    voltage_V: 48,
    duty: 0.5,
    rpm: 1200,
    tacho: 0,
    cyclesRunning: 0,
    timDuty: 0,
    timValSamp: 0,
    timCurrentSamp: 0,
    timTop: 0,
    commStep: 0,
    temperature_C: 45,
    info: 'note',
  };
}
function child(node: Node, label: string): Node {
  const found = node.children.find((each) => each.label === label);
  assert.ok(found, `no row ${label}`);
  return found;
}
function related(relation: BuildRelation): (controller: Controller) => BuildRelation {
  return () => relation;
}

describe('the rows of a controller', () => {
  it('tell its firmware down to the build', () => {
    const controller = connectedController(
      identity({ commit: COMMIT, buildId: `vb1-${COMMIT}`, name: 'race' }),
    );
    controller.record = { uuid: 'x', bootloader: { state: 'proven' } };
    const firmware = child(controllerNode(controller, none), 'Firmware');
    assert.equal(firmware.description, '7.01 · 01234567');
    assert.deepEqual(
      firmware.children.map(({ label, description }) => `${label} ${description}`),
      [
        'Hardware 60',
        'UUID 3a0041001850563039373220',
        `Commit ${COMMIT}`,
        `Build vb1-${COMMIT}`,
        'Name race',
        'Bootloader works (an update went through it)',
      ],
    );
  });

  it('tell what was seen of its bootloader, and warn where there is none', () => {
    const controller = connectedController();
    const bootloader = (): Node => child(child(controllerNode(controller, none), 'Firmware'), 'Bootloader');
    assert.deepEqual([bootloader().description, bootloader().icon.id], ['not seen yet', 'blank']);
    controller.record = { uuid: 'x', bootloader: { state: 'missing' } };
    assert.deepEqual([bootloader().description, bootloader().icon.id], ['missing', 'warning']);
    controller.record = { uuid: 'x', bootloader: { state: 'suspect' } };
    assert.match(bootloader().description, /^missing or too old/);
    assert.equal(bootloader().icon.id, 'warning');
    controller.record = { uuid: 'x', bootloader: { state: 'answers' } };
    assert.deepEqual([bootloader().description, bootloader().icon.id], ['works (it answered)', 'blank']);
    const bms = connectedController(identity({}, { hardwareType: 'bms' }));
    const rows = child(controllerNode(bms, none), 'Firmware').children;
    assert.ok(rows.every(({ label }) => label !== 'Bootloader'));
  });

  it('show how it lies to the build', () => {
    const controller = connectedController();
    const node = controllerNode(controller, related({ kind: 'behind', commits: 3 }));
    assert.equal(node.description, '3 commits behind');
    assert.equal(controllerNode(controller, related({ kind: 'this-build' })).icon.id, 'pass-filled');
    const other = controllerNode(controller, related({ kind: 'other-hardware', expected: '410' }));
    assert.equal(other.icon.id, 'circle-slash');
  });

  it('set it apart from others of the same name', () => {
    const one = connectedController(identity(), 'sim:60?speed=5');
    const two = connectedController(identity(), 'tcp://bench:65102');
    const port = connectedController(identity(), '/dev/ttyACM0');
    const three = connectedController(identity({}, { hardware: '410' }), 'sim:410');
    const descriptions = (controllers: Controller[]): string[] =>
      controllerNodes(controllers, controllers[0], related({ kind: 'same-commit' })).map(
        ({ description }) => description,
      );
    assert.deepEqual(descriptions([one]), ['same commit, another build']);
    assert.deepEqual(descriptions([one, two, port, three]), [
      'sim:60 · same commit, another build · selected',
      'bench:65102 · same commit, another build',
      'ttyACM0 · same commit, another build',
      'same commit, another build',
    ]);
  });

  it('are new ones once it is known who it is, so that they open', () => {
    const controller = connectedController();
    const known = controllerNode(controller, none).id;
    controller.identity = undefined;
    assert.notEqual(controllerNode(controller, none).id, known);
  });

  it('show its values in one width, and only while it is connected', () => {
    const controller = connectedController();
    assert.equal(controllerNode(controller, none).children.length, 1);
    controller.values = values;
    const shown = child(controllerNode(controller, none), 'Live values').children;
    assert.deepEqual(
      shown.map(({ label, description }) => `${label.replaceAll('\u2007', '_')} ${description}`),
      [
        '__48.1 V Input voltage',
        '___0.5 A Input current',
        '__−1.3 A Motor current',
        '__50.0 % Duty',
        '_12000 ERPM Speed',
        '__28.0 °C MOSFETs',
        '__26.0 °C Motor',
      ],
    );
    controller.state = 'silent';
    assert.equal(
      controllerNode(controller, none).children.some(({ label }) => label === 'Live values'),
      false,
    );
  });

  it('turn red with an active fault and keep those before it', () => {
    const controller = connectedController();
    controller.activeFault = 'FAULT_CODE_DRV';
    controller.faultHistory = [record('FAULT_CODE_UNDER_VOLTAGE'), record('FAULT_CODE_DRV', 2)];
    const node = controllerNode(controller, none);
    assert.deepEqual(node.icon, { id: 'error', color: 'errorForeground' });
    const fault = child(node, 'Fault');
    assert.equal(fault.description, 'DRV');
    assert.equal(fault.icon.color, 'errorForeground');
    assert.deepEqual(
      fault.children.map(({ id, label, description }) => [id.split('/').at(-1), label, description]),
      [
        ['2', 'DRV', 'motor 2'],
        ['1', 'UNDER VOLTAGE', 'motor 1'],
      ],
    );
    assert.equal(
      fault.children[0]?.tooltip[2],
      'motor 2 · 120.3 A · 48.0 V · duty 0.50 · 1200 ERPM · 45.0 °C · note',
    );
  });

  it('keep the faults of earlier boots apart, with the time at which each struck', () => {
    const controller = connectedController();
    controller.activeFault = null;
    const at = '2020-01-02T10:00:00Z';
    controller.keep({
      thisBoot: [{ fault: 'FAULT_CODE_DRV', at, seen: true, record: record('FAULT_CODE_DRV') }],
      earlier: [
        { fault: 'FAULT_CODE_BRK', at, seen: false },
        { fault: 'FAULT_CODE_DRV', at, seen: true },
      ],
      crashes: [],
    });
    const fault = child(controllerNode(controller, none), 'Fault');
    assert.equal(fault.description, 'none now, last DRV');
    assert.deepEqual(fault.fault, { fault: 'FAULT_CODE_DRV', at });
    assert.match(fault.children[0]?.description ?? '', /^motor 1 · 2020-01-02 \d\d:\d\d$/);
    const earlier = fault.children[1]!;
    assert.deepEqual([earlier.label, earlier.description], ['Before its last start', '2']);
    assert.deepEqual(
      earlier.children.map(({ label, fault: ref }) => [label, ref]),
      [
        ['DRV', { fault: 'FAULT_CODE_DRV', at }],
        ['BRK', { fault: 'FAULT_CODE_BRK', at }],
      ],
    );
    assert.match(earlier.children[1]?.description ?? '', /^before 2020-01-02/);
  });

  it('tell of a crash and of the watchdog, and of nothing else', () => {
    const controller = connectedController();
    const start = { bootNumber: 2, uptime_s: 5, briefPowerLoss: false, crashedBoots: 1 };
    const crashRow = (): Node | undefined =>
      controllerNode(controller, none, () => ({
        file: '/fw/a.c',
        line: 3,
        label: 'a.c:3',
        role: 'crashed here',
        function: 'f',
        text: '',
      })).children.find(({ context }) => context === 'crash');
    assert.equal(crashRow(), undefined);
    controller.crashDiag = { ...start, resetFlags: ['PIN'] };
    assert.equal(crashRow(), undefined);
    controller.crashDiag = { ...start, resetFlags: ['IWDG'] };
    assert.equal(crashRow()?.label, 'Last start');
    const crash = { kind: 'registers', bootsAgo: 1, registers: { cfsr: 0x10000 } } as const;
    controller.crashDiag = { ...start, resetFlags: ['SFT'], crash };
    assert.deepEqual(
      [crashRow()?.label, crashRow()?.description, crashRow()?.icon.color],
      ['Crashed', 'a.c:3 · undefined instruction', 'errorForeground'],
    );
    controller.crashDiag = {
      ...start,
      resetFlags: ['SFT'],
      crash: { kind: 'halt', bootsAgo: 2, reason: 'x' },
    };
    assert.deepEqual([crashRow()?.label, crashRow()?.icon], ['Halted', { id: 'bug' }]);
  });

  it('say that there is no fault only after a look', () => {
    const controller = connectedController();
    assert.equal(
      controllerNode(controller, none).children.some(({ label }) => label === 'Fault'),
      false,
    );
    controller.activeFault = null;
    assert.equal(child(controllerNode(controller, none), 'Fault').description, 'none');
  });

  it('hold the nodes of its bus as controllers', () => {
    const controller = connectedController();
    controller.adopt([connectedController(identity(), 'sim:60', 12)]);
    const bus = child(controllerNode(controller, none), 'CAN bus');
    assert.deepEqual([bus.children[0]?.id, bus.children[0]?.context], ['sim:60/can12', 'node;connected']);
    controller.adopt([]);
    assert.equal(child(controllerNode(controller, none), 'CAN bus').description, 'no other controller');
  });

  const states: [Controller['state'], string, string][] = [
    ['connecting', 'connecting …', 'controller;disconnected'],
    ['silent', 'does not answer', 'controller;connected'],
    ['updating', 'being updated', 'controller;disconnected'],
    ['disconnected', 'not there', 'controller;disconnected'],
  ];
  for (const [state, description, context] of states) {
    it(`say when it is ${state}`, () => {
      const controller = connectedController();
      controller.state = state;
      controller.problem = new VescError('not-connected', { what: 'x' });
      const node = controllerNode(controller, related({ kind: 'this-build' }));
      assert.equal(node.description, description);
      assert.equal(node.context, context);
      assert.match(node.tooltip.at(-1) ?? '', /No connection/);
    });
  }

  it('show nothing of what a controller might smuggle in', () => {
    const controller = connectedController(
      identity({ commit: '](x', name: '$(a)\u202e' }, { hardware: '$(bug)' }),
    );
    controller.lastVerdict = 'updated';
    const all = JSON.stringify(controllerNode(controller, none), (key, value: unknown) =>
      key === 'controller' ? undefined : value,
    );
    assert.doesNotMatch(all, /\$\(|\]\(|\u202e/);
  });

  it('gives every row an id of its own', () => {
    const controller = connectedController(identity({ commit: COMMIT }));
    controller.values = values;
    controller.activeFault = null;
    controller.faultHistory = [record('FAULT_CODE_DRV'), record('FAULT_CODE_DRV')];
    controller.adopt([
      connectedController(identity(), 'sim:60', 1),
      connectedController(identity(), 'sim:60', 2),
    ]);
    const ids: string[] = [];
    const collect = (node: Node): void => {
      ids.push(node.id);
      node.children.forEach(collect);
    };
    collect(controllerNode(controller, none));
    assert.equal(new Set(ids).size, ids.length);
  });

  it('marks a controller that is emulated, and tells two of them by their images', () => {
    const [one, other] = controllerNodes(
      ['emu:/tree/build/60/60.bin?speed=1', 'emu:/tree/build/60/other.bin'].map((address) =>
        connectedController(identity(), address),
      ),
      undefined,
      none,
    );
    assert.equal(one?.description, 'emulated · 60.bin');
    assert.equal(other?.description, 'emulated · other.bin');
  });

  describe('of an emulated controller', () => {
    const address = { kind: 'emulated', name: '/b/60.bin?bootloader=x' } as const;
    const status = (part: Partial<EmulatedStatus>) => (): EmulatedStatus => ({
      state: 'running',
      plugged: true,
      ...part,
    });
    const node = (controller: Controller, part: Partial<EmulatedStatus>, relation: BuildRelation): Node =>
      controllerNode(controller, related(relation), undefined, status(part));

    it('offer another image where the current build is not what runs', () => {
      const controller = connectedController();
      controller.address = address;
      assert.equal(node(controller, {}, { kind: 'this-build' }).context, 'controller;connected;emulated');
      assert.equal(
        node(controller, {}, { kind: 'same-commit' }).context,
        'controller;connected;emulated;other-build',
      );
    });

    it('say what is the matter, and what to do', () => {
      const controller = connectedController();
      controller.address = address;
      const halted = node(controller, { state: 'halted' }, { kind: 'this-build' });
      assert.equal(halted.description, 'halted by the debugger');
      const row = child(halted, 'Emulator');
      assert.deepEqual([row.description, row.children.length], ['halted by the debugger', 2]);
      assert.match(row.children[1]!.label, /Continue in the debugger/);
      assert.ok(
        !node(controller, {}, { kind: 'this-build' }).children.some(({ label }) => label === 'Emulator'),
      );
    });

    it('lead to the line at which its program failed, where that is known', () => {
      const controller = new Controller(address, undefined, new VirtualClock());
      const fault = { pc: 0x0800_1234, status: 1 << 16, address: 0 };
      const emulator = (state: EmulatedStatus['state'], at: FaultPlace | undefined): Node =>
        child(
          controllerNode(controller, none, none, status({ state, fault }), () => at),
          'Emulator',
        );
      const place = { file: '/t/a/b.c', line: 7, label: 'a/b.c:7', role: '', function: 'blink', text: '' };
      const row = emulator('locked-up', { function: 'blink', place });
      assert.equal(row.description, 'locked up in blink');
      const [line, cause] = row.children;
      assert.deepEqual([line!.label, line!.description, line!.place], ['a/b.c:7', 'blink', place]);
      assert.match(cause!.label, /instruction at 0x08001234/);

      const [name] = emulator('restarting', { function: 'blink' }).children;
      assert.deepEqual([name!.label, name!.description, name!.place], ['blink', '', undefined]);
      assert.equal(emulator('locked-up', undefined).children.length, 2);
      // Where the debugger has stopped it is the debugger's to show.
      assert.equal(emulator('halted', { function: 'blink', place }).description, 'halted by the debugger');
      controller.dispose();
    });

    it('are there before it has ever answered, under the name of its image', () => {
      const controller = new Controller(address, undefined, new VirtualClock());
      const crashing = node(controller, { state: 'restarting' }, { kind: 'no-build' });
      assert.deepEqual([crashing.label, crashing.description], ['60.bin', 'starts over again and again']);
      assert.match(crashing.context, /;emulated;other-build$/);
      assert.notEqual(crashing.id, node(controller, {}, { kind: 'no-build' }).id);
      controller.dispose();
    });
  });
});
