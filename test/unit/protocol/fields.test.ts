import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ByteReader, ByteWriter, toHex } from '../../../src/protocol/bytes';
import { bool, f16, f32, f32a, f64, FieldTable, i16, i32, list, u32, u8 } from '../../../src/protocol/fields';

interface Sample {
  readonly a: number;
  readonly b: boolean;
  readonly low: boolean;
  readonly high: boolean;
  readonly c: readonly number[];
}

const table = new FieldTable<Sample>([
  ['a', i16],
  ['b', bool],
  {
    keys: ['low', 'high'],
    read(reader) {
      const bits = reader.u8();
      return { low: (bits & 1) !== 0, high: (bits & 2) !== 0 };
    },
    write: (writer, values) => writer.u8((values.low ? 1 : 0) | (values.high ? 2 : 0)),
  },
  ['c', list(2, u8)],
]);
const values: Sample = { a: -2, b: true, low: false, high: true, c: [7, 8] };

describe('FieldTable', () => {
  it('writes and reads all fields in order', () => {
    const bytes = table.write(new ByteWriter(), values).finish();
    assert.equal(toHex(bytes), 'fffe01020708');
    assert.deepEqual(table.read(new ByteReader(bytes)), values);
    assert.equal(table.all, 0b1111);
  });

  it('knows the bit of every field, packed ones by any of their names', () => {
    assert.equal(table.mask([]), 0);
    assert.equal(table.mask(['a']), 1);
    assert.equal(table.mask(['high']), 4);
    assert.equal(table.mask(['low', 'high', 'c']), 12);
  });

  it('writes and reads any part', () => {
    fc.assert(
      fc.property(fc.nat(0b111111), (mask) => {
        const bytes = table.write(new ByteWriter(), values, mask).finish();
        const reader = new ByteReader(bytes);
        const part = table.readSelected(reader, mask);
        assert.equal(reader.remaining, 0);
        assert.equal(table.mask(Object.keys(part) as (keyof Sample)[]), mask & table.all);
        for (const [key, value] of Object.entries(part)) assert.deepEqual(value, values[key as keyof Sample]);
      }),
    );
  });
});

describe('codecs', () => {
  it('read what they write', () => {
    const cases = [
      [u8, 200, 'c8'],
      [i16, -200, 'ff38'],
      [i32, -200, 'ffffff38'],
      [u32, 4e9, 'ee6b2800'],
      [f32a, 0.5, '3f000000'],
      [f16(1e1), -20.5, 'ff33'],
      [f32(1e2), 20.55, '00000807'],
      [f64(1e16), 0.5, '0011c37937e08000'],
    ] as const;
    for (const [codec, value, hex] of cases) {
      const writer = new ByteWriter();
      codec.write(writer, value);
      assert.equal(toHex(writer.finish()), hex);
      assert.equal(codec.read(new ByteReader(writer.finish())), value);
    }
    assert.equal(bool.read(new ByteReader(Uint8Array.of(2))), true);
    const writer = new ByteWriter();
    bool.write(writer, false);
    assert.equal(toHex(writer.finish()), '00');
  });
});
