import assert from 'node:assert/strict';
import type { BoardInputs } from '../../../src/emulator/boardInputs';
import { knownInputs } from '../../../src/emulator/boardInputTable';
import { EmulatedController, type EmulationEvent } from '../../../src/emulator/emulatedController';
import { composeFlash } from '../../../src/emulator/emulatedFlash';
import { normalOverrides, rangesOf } from '../../../src/emulator/quantities';
import { TestBench } from '../../../src/emulator/testBench';
import { Session } from '../../../src/links/session';
import { faultName } from '../../../src/protocol/faults';
import { getValues } from '../../../src/protocol/messages/telemetry';
import { emulatorModule, localChannel, probeImage } from '../../support/emulator';
import { VirtualClock } from '../../support/virtualClock';

const ADDRESS = { kind: 'emulated', name: 'probe.bin' } as const;

/** What the probe makes of its ADC: test/fixtures/emulator/probe.c. */
const PROBE_INPUTS: BoardInputs = {
  supply: { input: { kind: 'linear', index: 3, offset: 0, perCount: 0.01 }, min_V: 8, max_V: 30 },
  fetTemperature: [{ kind: 'linear', index: 4, offset: -179.8, perCount: 0.1 }],
  motorTemperature: [{ kind: 'linear', index: 5, offset: -179.8, perCount: 0.1 }],
  driverFault: { port: 1, pin: 7, level: 0 },
};

describe('what is normal at the inputs of a board', () => {
  const normal = (hardware: string) =>
    Object.fromEntries(
      rangesOf(knownInputs(hardware)!).map(({ quantity, normal }) => [quantity, normal.toFixed(1)]),
    );

  it('is what inputs in the middle read, where that is no fault', () => {
    assert.deepEqual(normal('60'), { supply: '30.9', fetTemperature: '25.0', motorTemperature: '25.0' });
    assert.deepEqual(normalOverrides(knownInputs('60')!), []);
  });

  it('is inside the limits of the board where the middle is not', () => {
    const { supply } = normal('VESC_BASIC');
    assert.equal(supply, '32.5');
    assert.deepEqual(
      normalOverrides(knownInputs('VESC_BASIC')!).map((each) => each.kind === 'index' && each.index),
      [11],
    );
  });

  it('feeds the gate driver', () => {
    assert.equal(normal('AXIOM')['gateDriver'], '15.0');
    assert.equal(normal('LUNA_BBSHD')['gateDriver'], '12.0');
    // Its firmware wants 8 to 0 V until somebody sets its limits: nothing meets that.
    assert.deepEqual(
      normalOverrides(knownInputs('AXIOM')!).map((each) => each.kind === 'index' && each.index),
      [12, 13, 7, 15],
    );
    assert.equal(rangesOf(knownInputs('AXIOM')!)[0]!.lowest, undefined);
  });
});

describe('a test bench', () => {
  let clock: VirtualClock;
  let controller: EmulatedController;
  let bench: TestBench;
  let session: Session;
  let events: EmulationEvent[];

  before(async function () {
    // The core may have to be compiled first.
    this.timeout(120_000);
    await emulatorModule();
  });

  beforeEach(async () => {
    clock = new VirtualClock();
    const flash = composeFlash({ app: { bytes: probeImage(), name: 'probe.bin' } });
    const start = {
      module: await emulatorModule(),
      flash,
      uniqueId: new Uint8Array(12),
      speed: 1,
      instantFlash: true,
      uart: 0,
      overrides: normalOverrides(PROBE_INPUTS),
    };
    controller = new EmulatedController(localChannel(start, clock), flash, clock, '00'.repeat(12));
    events = [];
    controller.onEvent((event) => events.push(event));
    bench = new TestBench(controller, PROBE_INPUTS);
    await connect();
  });
  afterEach(() => {
    bench.dispose();
    controller.dispose();
  });

  async function connect(): Promise<void> {
    for (let tries = 0; !controller.isEnumerated && tries < 50; tries++) await clock.advance(20);
    assert.ok(controller.isEnumerated);
    session = new Session(controller.connect(ADDRESS), clock);
  }

  /** What the firmware itself says of it, a moment later. */
  async function read(): Promise<string> {
    await clock.advance(20);
    const { voltage_V, tempFet_C, tempMotor_C, fault } = await clock.run(session.request(getValues()));
    return `${voltage_V} V, ${tempFet_C} °C, ${tempMotor_C} °C, ${faultName(fault)}`;
  }

  it('begins with what is normal', async () => {
    assert.equal(await read(), '20.4 V, 25 °C, 25 °C, FAULT_CODE_NONE');
    assert.deepEqual(
      bench.ranges.map(({ quantity, min, max, lowest, highest }) => [quantity, min, max, lowest, highest]),
      [
        ['supply', 0, 40, 8, 30],
        ['fetTemperature', -20, 150, undefined, undefined],
        ['motorTemperature', -20, 150, undefined, undefined],
      ],
    );
  });

  it('makes the firmware raise its faults, and lets them go again', async () => {
    bench.setQuantity('supply', 6);
    assert.match(await read(), /^6 V, .*UNDER_VOLTAGE$/);
    bench.setQuantity('supply', 35);
    assert.match(await read(), /^35 V, .*OVER_VOLTAGE$/);
    assert.equal(bench.valueOf('supply'), 35);
    bench.backToNormal();
    bench.setQuantity('fetTemperature', 110);
    assert.match(await read(), /110 °C, 25 °C, FAULT_CODE_OVER_TEMP_FET$/);
    bench.setQuantity('fetTemperature', 25);
    bench.setQuantity('motorTemperature', 120);
    assert.match(await read(), /OVER_TEMP_MOTOR$/);
    bench.backToNormal();
    bench.setDriverFault(true);
    assert.equal(bench.driverFault, true);
    assert.match(await read(), /FAULT_CODE_DRV$/);
    bench.backToNormal();
    assert.equal(await read(), '20.4 V, 25 °C, 25 °C, FAULT_CODE_NONE');
    assert.deepEqual([bench.driverFault, bench.valueOf('supply')], [false, 20.48]);
  });

  it('sets places of the ADC one by one, and knows their channels', async () => {
    await read();
    assert.deepEqual(await bench.readChannels(), [1, 2, 3, 10, 11, 12]);
    bench.setPlace(3, 1000);
    assert.match(await read(), /^10 V/);
    assert.deepEqual([...bench.setPlaces], [[3, 1000]]);
    bench.setPlace(3, undefined);
    assert.match(await read(), /^20\.4 V/);
  });

  it('damages a byte that the program does not use, in one bit, and repairs it', () => {
    const before = controller.flash.content.slice();
    bench.damageFlash(true);
    bench.damageFlash(true);
    const changed = before.findIndex((byte, at) => byte !== controller.flash.content[at]);
    assert.ok(changed > 0xc000 && changed < 0x7_fff0);
    assert.deepEqual([before[changed], controller.flash.content[changed]], [0xff, 0xfe]);
    assert.equal(bench.isDamaged, true);
    bench.backToNormal();
    assert.deepEqual(controller.flash.content, before);
    assert.equal(bench.isDamaged, false);
  });

  it('pulls the cable: whoever is connected is cut off, and can come back once it is in', async () => {
    bench.plugIn(false);
    await clock.advance(10);
    assert.equal(session.isOpen, false);
    assert.equal(controller.isEnumerated, false);
    assert.throws(() => controller.connect(ADDRESS), { code: 'port-not-found' });
    bench.plugIn(true);
    await connect();
    assert.match(await read(), /^20\.4 V/);
    assert.deepEqual(events, []);
  });

  it('takes the power away: nothing runs, and with it the program begins anew', async () => {
    bench.power(false);
    await clock.advance(1000);
    assert.equal(session.isOpen, false);
    assert.deepEqual([bench.isPowered, controller.state], [false, 'off']);
    assert.throws(() => controller.connect(ADDRESS), { code: 'port-not-found' });
    bench.power(true);
    await connect();
    assert.match(await read(), /^20\.4 V/);
    assert.deepEqual(
      events.map((event) =>
        event.kind === 'reset' ? event.cause : event.kind === 'state' ? event.state : event.kind,
      ),
      ['off', 'running', 'powerOn'],
    );
  });

  it('tells whenever something is changed', () => {
    let changes = 0;
    bench.onChange(() => changes++);
    bench.setQuantity('supply', 9);
    bench.setDriverFault(true);
    bench.setPlace(2, 5);
    bench.damageFlash(true);
    bench.plugIn(false);
    bench.power(false);
    bench.renewed();
    assert.equal(changes, 7);
  });
});
