import assert from 'node:assert/strict';
import { readImage } from '../../../src/image/imageFile';
import type { ControllerIdentity } from '../../../src/update/controllerIdentity';
import { checkState, preflight, type PreflightValues } from '../../../src/update/preflight';
import { sameHardware } from '../../../src/update/sameHardware';
import { syntheticImage } from '../../support/syntheticImage';

const IMAGE = readImage(syntheticImage({ hardware: '60_MK6' }), '60_MK6.bin');
const RESTING: PreflightValues = { erpm: 0, duty: 0, voltage_V: 40, fault: 0 };

function controller(change: Partial<ControllerIdentity> = {}): ControllerIdentity {
  return {
    uuid: '3a0041001850563039373220',
    hardware: '60_MK6',
    hardwareType: 'vesc',
    firmware: { major: 6, minor: 6, test: 0, name: '' },
    ...change,
  };
}

function codes(...parameters: Parameters<typeof preflight>): string[] {
  return preflight(...parameters).map((refusal) => refusal.code);
}

describe('preflight', () => {
  it('lets a fitting image pass', () => {
    assert.deepEqual(codes(IMAGE, controller(), RESTING), []);
  });

  it('refuses everything that is not a motor controller', () => {
    for (const hardwareType of ['bms', 'custom-module'] as const) {
      assert.deepEqual(codes(IMAGE, controller({ hardwareType }), undefined), ['not-a-vesc']);
    }
  });

  it('refuses firmware without an erase command', () => {
    const old = controller({ firmware: { major: 3, minor: 58, test: 0, name: '' } });
    assert.deepEqual(codes(IMAGE, old, RESTING), ['firmware-too-old']);
  });

  it('refuses other hardware, unless the name of the controller is typed exactly', () => {
    const other = controller({ hardware: '75_300' });
    assert.deepEqual(codes(IMAGE, other, RESTING), ['wrong-hardware']);
    assert.deepEqual(codes(IMAGE, other, RESTING, { overrideHardware: '60_MK6' }), ['wrong-hardware']);
    assert.deepEqual(codes(IMAGE, other, RESTING, { override: ['wrong-hardware'] }), ['wrong-hardware']);
    assert.deepEqual(codes(IMAGE, other, RESTING, { overrideHardware: '75_300' }), []);
  });

  it('refuses an image that names no hardware', () => {
    const { hardware: _, ...identity } = IMAGE.identity;
    assert.deepEqual(codes({ ...IMAGE, identity }, controller(), RESTING), ['hardware-unknown']);
  });

  it("sends a manufacturer's fork through 5.03 first, where only an uncompressed image gets in", () => {
    for (const [major, minor] of [
      [3, 102],
      [23, 46],
    ] as const) {
      const fork = controller({ firmware: { major, minor, test: 0, name: '' } });
      assert.deepEqual(codes(IMAGE, fork, RESTING), ['needs-5.03-first']);
      const old = readImage(
        syntheticImage({ hardware: '60_MK6', version: { major: 5, minor: 3 } }),
        'old.bin',
      );
      assert.deepEqual(codes(old, fork, RESTING), []);
    }
    assert.deepEqual(
      codes(IMAGE, controller({ firmware: { major: 23, minor: 47, test: 0, name: '' } }), RESTING),
      [],
    );
  });

  it('refuses while the motor turns, whatever is overridden', () => {
    const override = ['motor-turning'] as const;
    assert.deepEqual(codes(IMAGE, controller(), { ...RESTING, erpm: -200 }, { override }), ['motor-turning']);
    assert.deepEqual(codes(IMAGE, controller(), { ...RESTING, duty: -0.05 }, { override }), [
      'motor-turning',
    ]);
  });

  it('refuses a supply near brown-out, unless that is overridden', () => {
    const weak = { ...RESTING, voltage_V: 4.9 };
    assert.deepEqual(codes(IMAGE, controller(), weak), ['voltage-low']);
    assert.deepEqual(codes(IMAGE, controller(), { ...RESTING, fault: 9 }), ['voltage-low']);
    assert.deepEqual(codes(IMAGE, controller(), weak, { override: ['voltage-low'] }), []);
  });

  it('does not blame a healthy supply for a dip of the one on the controller', () => {
    const dipped = checkState({ ...RESTING, voltage_V: 24, fault: 9 });
    assert.match(dipped[0]!.happened, /^The supply is 24\.0 V, but .*FAULT_CODE_MCU_UNDER_VOLTAGE/);
    assert.match(dipped[0]!.next, /^See to what loads/);
    for (const fault of [0, 9]) {
      const [weak] = checkState({ ...RESTING, voltage_V: 4.9, fault });
      assert.equal(weak!.happened, 'The supply is 4.9 V; flash is not safely erased below 6 V.');
      assert.match(weak!.next, /^Connect the battery/);
    }
  });

  it('tells all that is wrong at once', () => {
    assert.deepEqual(
      codes(IMAGE, controller({ hardware: '410' }), { ...RESTING, erpm: 5000, voltage_V: 3 }),
      ['wrong-hardware', 'motor-turning', 'voltage-low'],
    );
  });

  it('refuses a damaged image before it looks at anything else', () => {
    const cut = { ...IMAGE, bytes: IMAGE.bytes.subarray(0, 1000) };
    const found = codes(cut, controller({ hardware: '410' }), RESTING);
    assert.ok(found.length > 0 && !found.includes('wrong-hardware'), found.join());
  });
});

describe('hardware names', () => {
  it('are the same whatever stands for a space, and in either case', () => {
    assert.ok(sameHardware('A200S V2.1', 'A200S_V2.1'));
    assert.ok(sameHardware('Go-FOC G300', 'go_foc_g300'));
    assert.ok(!sameHardware('60', '60_MK6'));
    assert.ok(!sameHardware('STORMCORE_60D', 'STORMCORE_60D+'));
  });
});
