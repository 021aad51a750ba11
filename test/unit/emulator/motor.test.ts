import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { parseMotor, readMotor, wiringOf } from '../../../src/emulator/motor';
import wirings from '../../../src/emulator/motorWiring.json';
import { emulatorModule, probeImage } from '../../support/emulator';
import { IDEAL, MotorBench } from '../../support/motorBench';

/** Counts of the ADC for an ampere on a 60: 0.5 mΩ, gain 20. */
const COUNTS_PER_A = (0.0005 * 20 * 4095) / 3.3;
const COUNTS_PER_V = 4095 / 3.3 / 18.727;

function assertClose(actual: number, expected: number, part: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= Math.abs(expected) * part, `${what}: ${actual}, not ${expected}`);
}

describe('The emulated motor', () => {
  before(async function () {
    // The core may have to be compiled first.
    this.timeout(120_000);
    await emulatorModule();
  });

  it('takes U/R when its rotor is held, and the ADC shows it on all three shunts', async () => {
    const bench = await MotorBench.start({ locked: 1 });
    bench.setVoltage(0.6, 0);
    bench.drive();
    bench.run(30);
    const { current1_A, current2_A, current3_A, voltage1_V, voltage2_V } = bench.motor;
    const expected = ((voltage1_V - voltage2_V) * (2 / 3)) / IDEAL.resistance_Ohm;
    assertClose(expected, 30, 0.01, 'the duty has steps');
    assertClose(current1_A, expected, 1e-4, 'first phase');
    assertClose(current2_A, -expected / 2, 1e-4, 'second phase');
    assertClose(current3_A, -expected / 2, 1e-4, 'third phase');
    assert.equal(bench.sample(0), Math.round(2048 + current1_A * COUNTS_PER_A));
    assert.equal(bench.sample(1), Math.round(2048 + current2_A * COUNTS_PER_A));
    assert.equal(bench.sample(3), Math.round(voltage1_V * COUNTS_PER_V));
  });

  it('takes its current with the time constant L/R', async () => {
    const bench = await MotorBench.start({ locked: 1 });
    bench.drive();
    // Half the supply at each phase is no voltage between them.
    bench.setVoltage(0, 0);
    bench.run(5);
    bench.setVoltage(0.6, 0);
    bench.run((IDEAL.inductanceD_H / IDEAL.resistance_Ohm) * 1000);
    const { current1_A } = bench.motor;
    bench.run(30);
    assertClose(current1_A, bench.motor.current1_A * (1 - Math.exp(-1)), 0.03, 'after one time constant');
  });

  it('takes less than the duty says for its dead time', async () => {
    const voltage = async (deadTime_s: number): Promise<number> => {
      const bench = await MotorBench.start({ locked: 1, deadTime_s });
      bench.setVoltage(0.6, 0);
      bench.drive();
      bench.run(30);
      return bench.motor.current1_A * IDEAL.resistance_Ohm;
    };
    // One switching in a period of 66.7 µs; against the voltage at the first phase, for it at the two others.
    const lost = 30.9 * (0.3e-6 / 66.67e-6) * (4 / 3);
    assertClose((await voltage(0)) - (await voltage(0.3e-6)), lost, 0.02, 'lost voltage');
  });

  it('turns as fast as its back-EMF lets it, in both directions', async () => {
    for (const volts of [1, -1]) {
      const bench = await MotorBench.start({});
      bench.setVoltage(0, 0);
      bench.drive();
      bench.turn(volts, 60);
      const { speed_rad_s, revolutions, currentQ_A } = bench.motor;
      assertClose(speed_rad_s, volts / IDEAL.flux_Wb, 0.01, 'speed');
      assert.equal(Math.sign(revolutions), Math.sign(volts));
      assert.ok(Math.abs(currentQ_A) < 5, `${currentQ_A} A without a load`);
    }
  });

  it('is slowed by a load, for which it takes the current that its torque needs', async () => {
    const bench = await MotorBench.start({ load_Nm: 0.3, friction_Nm: 0.05 });
    bench.setVoltage(0, 0);
    bench.drive();
    bench.turn(1, 100);
    const torquePerAmpere = 1.5 * IDEAL.polePairs * IDEAL.flux_Wb;
    const current = 0.35 / torquePerAmpere;
    assertClose(bench.motor.speed_rad_s, (1 - current * IDEAL.resistance_Ohm) / IDEAL.flux_Wb, 0.02, 'speed');
  });

  it('stays where it is when the torque does not overcome the friction', async () => {
    const bench = await MotorBench.start({ friction_Nm: 1 });
    bench.setVoltage(0, 0.2);
    bench.drive();
    bench.run(50);
    assertClose(bench.motor.currentQ_A, 10, 0.05, 'current');
    assert.equal(bench.motor.speed_rad_s, 0);
    assert.equal(bench.motor.revolutions, 0);
  });

  it('turns every joule it takes into heat or motion', async () => {
    const bench = await MotorBench.start({
      friction_Nm: 0.05,
      drag_Nms: 1e-4,
      inductanceQ_H: 30e-6,
    });
    bench.setVoltage(0, 0);
    bench.drive();
    bench.turn(4, 50);
    const motor = bench.motor;
    const mechanical = motor.speed_rad_s / IDEAL.polePairs;
    const kept =
      0.5 * IDEAL.inertia_kgm2 * mechanical ** 2 +
      0.75 * (IDEAL.inductanceD_H * motor.currentD_A ** 2 + 30e-6 * motor.currentQ_A ** 2);
    assert.ok(motor.supplied_J > 1);
    assertClose(motor.copperLoss_J + motor.frictionLoss_J + kept, motor.supplied_J, 0.005, 'energy');
  });

  it('is coasting while every switch is open: no current, and its back-EMF at the terminals', async () => {
    const bench = await MotorBench.start({});
    bench.setVoltage(0, 0);
    bench.drive();
    bench.turn(4, 60);
    bench.open();
    bench.run(2);
    const before = bench.motor;
    let highest = 0;
    for (let step = 0; step < 400; step++) {
      bench.run(0.04);
      const { current1_A, current2_A, current3_A, voltage1_V, voltage2_V, voltage3_V } = bench.motor;
      assert.deepEqual([current1_A, current2_A, current3_A], [0, 0, 0]);
      assert.ok(Math.min(voltage1_V, voltage2_V, voltage3_V) > -1e-9, 'the lowest terminal is at ground');
      assert.equal(bench.sample(0), 2048);
      assert.ok(Math.abs(bench.sample(3) - voltage1_V * COUNTS_PER_V) <= 0.51);
      highest = Math.max(highest, voltage1_V - voltage2_V);
    }
    assert.equal(bench.motor.speed_rad_s, before.speed_rad_s, 'nothing brakes it');
    assertClose(highest, Math.sqrt(3) * IDEAL.flux_Wb * before.speed_rad_s, 0.005, 'back-EMF');
  });

  it('gives its current to the supply through the diodes until it is gone', async () => {
    const bench = await MotorBench.start({ locked: 1 });
    bench.setVoltage(0.6, 0);
    bench.drive();
    bench.run(30);
    const { supplied_J } = bench.motor;
    bench.open();
    bench.run(0.5);
    const { current1_A, current2_A, current3_A } = bench.motor;
    assert.deepEqual([current1_A, current2_A, current3_A], [0, 0, 0]);
    const stored = 0.75 * IDEAL.inductanceD_H * 30 ** 2;
    assertClose(supplied_J - bench.motor.supplied_J, stored, 0.1, 'energy given back');
  });

  it('is braked by its lower switches, and pays for it with heat', async () => {
    const bench = await MotorBench.start({});
    bench.setVoltage(0, 0);
    bench.drive();
    bench.turn(4, 60);
    const { supplied_J, copperLoss_J, speed_rad_s } = bench.motor;
    bench.brake();
    bench.run(100);
    assert.ok(bench.motor.speed_rad_s < speed_rad_s / 50);
    assertClose(bench.motor.supplied_J, supplied_J, 1e-5, 'nothing comes from the supply');
    const kinetic = 0.5 * IDEAL.inertia_kgm2 * (speed_rad_s / IDEAL.polePairs) ** 2;
    assertClose(bench.motor.copperLoss_J - copperLoss_J, kinetic, 0.02, 'heat');
  });

  it('is coasting through a reset', async () => {
    const bench = await MotorBench.start({});
    bench.setVoltage(0, 0);
    bench.drive();
    bench.turn(4, 60);
    const { speed_rad_s } = bench.motor;
    bench.core.reset('software');
    bench.run(20);
    assertClose(bench.motor.speed_rad_s, speed_rad_s, 0.01, 'speed');
    assert.equal(bench.motor.current1_A, 0);
  });

  it('waits for the commutation event, which preloaded modes and enables need', async () => {
    const bench = await MotorBench.start({ locked: 1 });
    bench.setVoltage(0.6, 0);
    bench.write(0x4001_0020, 0x555);
    bench.run(10);
    assert.equal(bench.motor.current1_A, 0);
    bench.write(0x4001_0014, 0x20);
    bench.run(30);
    assertClose(bench.motor.current1_A, 30, 0.01, 'current');
    // MOE is not preloaded.
    bench.write(0x4001_0044, 0);
    bench.run(1);
    assert.equal(bench.motor.current1_A, 0);
  });

  it('drives the shunts to their end when two of its terminals are connected', async () => {
    const bench = await MotorBench.start({ shortCircuit_Ohm: 0.002 });
    bench.setVoltage(1, 0);
    bench.drive();
    bench.run(1);
    assert.equal(bench.sample(0), 4095);
    assert.equal(bench.sample(1), 0);
  });

  it('is seen by shunts at the ground only while the lower switches conduct', async () => {
    const bench = await MotorBench.start(
      { locked: 1 },
      { wiring: { ...wiringOf('60')!, currents: [0, null, 1], lowSideShunts: true } },
    );
    bench.setVoltage(0.6, 0);
    bench.drive();
    bench.run(30);
    const seen = new Set<string>();
    for (let step = 0; step < 20; step++) {
      bench.run(0.0333333);
      seen.add(`${bench.sample(0)} ${bench.sample(1)} ${bench.sample(2)}`);
    }
    const { current1_A, current3_A } = bench.motor;
    const [first, third] = [current1_A, current3_A].map((amperes) =>
      Math.round(2048 + amperes * COUNTS_PER_A),
    );
    assert.deepEqual([...seen].sort(), ['2048 2048 2048', `${first} ${third} 2048`].sort());
  });

  it('leaves alone what was set from outside', async () => {
    const bench = await MotorBench.start({ locked: 1 });
    bench.core.setChannel(10, 1234);
    bench.core.setIndex(1, 2345);
    bench.setVoltage(0.6, 0);
    bench.drive();
    bench.run(10);
    assert.deepEqual([bench.sample(0), bench.sample(1)], [1234, 2345]);
    assert.notEqual(bench.sample(2), 2048);
  });

  it('is not there unless it is asked for', async () => {
    const bench = await MotorBench.start(undefined);
    bench.setVoltage(0.6, 0);
    bench.drive();
    bench.run(10);
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5].map((index) => bench.sample(index)),
      [2048, 2048, 2048, 2048, 2048, 2048],
    );
  });

  it('does the same again, whatever the slices', async () => {
    const digest = async (slice_us: number): Promise<string> => {
      const bench = await MotorBench.start({ friction_Nm: 0.01 }, { slice_us });
      bench.setVoltage(0, 0);
      bench.drive();
      bench.turn(4, 10);
      bench.open();
      bench.run(5);
      return createHash('sha256')
        .update(bench.core.sram)
        .update(JSON.stringify(bench.motor))
        .update(`${bench.core.instructions}`)
        .digest('hex');
    };
    assert.equal(await digest(2000), await digest(17));
  });
});

describe('A motor in words', () => {
  it('is a name, parameters, or both', () => {
    assert.equal(parseMotor('hub').polePairs, 15);
    assert.equal(parseMotor('hub,load=2').load_Nm, 2);
    assert.equal(parseMotor('r=0.02').resistance_Ohm, 0.02);
    assert.equal(parseMotor('r=0.02').polePairs, parseMotor('small').polePairs);
    const { inductanceD_H, inductanceQ_H } = parseMotor('l=1e-5, lq=2e-5');
    assert.deepEqual([inductanceD_H, inductanceQ_H], [1e-5, 2e-5]);
  });

  it('may tell its speed for a volt, for whatever pole pairs', () => {
    // 60 / (√3 · 2π · 190 · 7)
    assertClose(parseMotor('kv=190').flux_Wb, 0.0041454, 1e-4, 'flux linkage');
    assert.deepEqual(parseMotor('kv=190,pairs=14'), parseMotor('pairs=14,kv=190'));
  });

  for (const text of [
    '',
    'big',
    'small,big',
    'r',
    'r=',
    'r=x',
    'r=-1',
    'l=0',
    'kv=0',
    'toString',
    'small=1',
  ]) {
    it(`refuses "${text}"`, () => assert.throws(() => parseMotor(text), { code: 'usage' }));
  }

  it('needs a board that is known to measure one', () => {
    assert.equal(readMotor('none', probeImage()), undefined);
    assert.equal(readMotor('auto', probeImage()), undefined);
    assert.throws(() => readMotor('small', probeImage()), { code: 'usage' });
    const image = probeImage('60');
    assert.deepEqual(readMotor('auto', image), { parameters: parseMotor('small'), wiring: wiringOf('60') });
    assert.equal(readMotor('hub', image)?.parameters.polePairs, 15);
  });

  it('finds each board once, with places that the buffer of the ADC has', () => {
    const names = wirings.flatMap(({ hardware }) => hardware);
    assert.equal(new Set(names).size, names.length);
    for (const { hardware, currents, voltages, supply } of wirings) {
      const shunts = (currents as readonly (number | null)[]).filter((index) => index !== null);
      const places = [...shunts, ...voltages, supply];
      assert.ok(
        places.every((index) => index >= 0 && index < 24),
        hardware.join(),
      );
      assert.equal(new Set(places).size, places.length, hardware.join());
      assert.equal(currents.length, 3);
      assert.equal(voltages.length, 3);
    }
  });
});
