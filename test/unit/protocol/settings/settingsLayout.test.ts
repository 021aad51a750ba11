import assert from 'node:assert/strict';
import fc from 'fast-check';
import { configurationSignatures } from '../../../../src/protocol/messages/configuration';
import { releaseLayout } from '../../../../src/protocol/settings/releaseLayouts';
import {
  fieldRange,
  isWireType,
  type SettingsField,
  type WireType,
} from '../../../../src/protocol/settings/settingsField';
import {
  decodeSettings,
  encodeSettings,
  type SettingsLayout,
  storedValue,
} from '../../../../src/protocol/settings/settingsLayout';
import { bytes } from '../messages/exchange';

const field = (name: string, wire: WireType, scale = 1): SettingsField => ({
  name,
  wire,
  scale,
  meaning: { kind: 'number' },
});
const WIRES: readonly WireType[] = ['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'f16', 'f32', 'f32a'];
const every: SettingsLayout = {
  kind: 'mcconf',
  signature: 0x01020304,
  fields: WIRES.map((wire) => field(wire, wire, wire === 'f16' || wire === 'f32' ? 100 : 1)),
};

/** Any value that a field can hold, exactly. */
function anyValue(of: SettingsField): fc.Arbitrary<number> {
  const { min, max, step } = fieldRange(of);
  if (step === undefined) {
    return fc
      .float({ noNaN: true, noDefaultInfinity: true })
      .map((value) => (Math.abs(value) < 1.5e-38 ? 0 : value));
  }
  return fc.integer({ min: Math.round(min / step), max: Math.round(max / step) }).map((n) => n / of.scale);
}

function anyValues({ fields }: SettingsLayout): fc.Arbitrary<Map<string, number>> {
  return fc
    .tuple(...fields.map(anyValue))
    .map((values) => new Map(fields.map(({ name }, index) => [name, values[index]!])));
}

describe('a blob of settings', () => {
  it('holds its fields one after the other behind the signature', () => {
    const blob = bytes('01020304 ff ff ffff ffff ffffffff ffffffff fed4 0000012c 3fc00000');
    const values = decodeSettings(every, blob)!;
    assert.deepEqual([...values.values()], [255, -1, 65535, -1, 4294967295, -1, -3, 3, 1.5]);
    assert.deepEqual(encodeSettings(every, values), blob);
  });

  it('is none of a layout with another signature or length', () => {
    const blob = encodeSettings(every, new Map());
    assert.ok(decodeSettings(every, blob));
    assert.equal(decodeSettings(every, blob.subarray(0, -1)), undefined);
    assert.equal(decodeSettings(every, blob.subarray(0, 3)), undefined);
    assert.equal(decodeSettings(every, new Uint8Array([...blob, 0])), undefined);
    assert.equal(decodeSettings({ ...every, signature: 1 }, blob), undefined);
    const broken = { ...every, fields: [{ ...every.fields[0]!, wire: 'none' as WireType }] };
    assert.throws(() => decodeSettings(broken, blob), TypeError);
  });

  it('comes back as it was, whatever it holds', () => {
    for (const version of configurationSignatures) {
      for (const kind of ['mcconf', 'appconf'] as const) {
        const layout = releaseLayout(kind, version)!;
        fc.assert(
          fc.property(anyValues(layout), (values) => {
            const blob = encodeSettings(layout, values);
            assert.deepEqual(decodeSettings(layout, blob), values);
            assert.deepEqual(encodeSettings(layout, decodeSettings(layout, blob)!), blob);
          }),
          { numRuns: 10 },
        );
      }
    }
  });
});

describe('a value that is written', () => {
  it('comes back rounded to what the field can hold, or does not fit', () => {
    const volts = field('volts', 'f16', 10);
    assert.equal(storedValue(volts, 12.34), 12.3);
    assert.equal(storedValue(volts, -0.06), -0.1);
    assert.equal(storedValue(volts, 3276.7), 3276.7);
    assert.equal(storedValue(volts, 3276.8), undefined);
    assert.equal(storedValue(volts, -3276.9), undefined);
    const celsius = field('celsius', 'u8');
    assert.equal(storedValue(celsius, 84.5), 85);
    assert.equal(storedValue(celsius, 255.4), 255);
    assert.equal(storedValue(celsius, 256), undefined);
    assert.equal(storedValue(celsius, -1), undefined);
    const amps = field('amps', 'f32a');
    assert.equal(storedValue(amps, 0.1), Math.fround(0.1));
    assert.equal(storedValue(amps, 1e39), undefined);
    for (const value of [NaN, Infinity, -Infinity]) assert.equal(storedValue(amps, value), undefined);
  });

  it('is any within the range of the field and none far beyond', () => {
    for (const of of every.fields) {
      const { min, max, step } = fieldRange(of);
      for (const value of [min, max]) assert.equal(storedValue(of, value), value, of.name);
      if (step === undefined) continue;
      for (const value of [min - step, max + step]) assert.equal(storedValue(of, value), undefined, of.name);
    }
  });

  it('has one of the types that are known', () => {
    for (const wire of WIRES) assert.ok(isWireType(wire));
    for (const other of ['f64', '', 'toString']) assert.ok(!isWireType(other));
  });
});
