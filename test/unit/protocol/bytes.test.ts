import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  ByteReader,
  ByteWriter,
  EndOfPayload,
  fromHex,
  fromLatin1,
  hexWord,
  latin1,
  toHex,
} from '../../../src/protocol/bytes';
import vectors from '../../data/vesc-vectors.json';

const written = (write: (writer: ByteWriter) => unknown): string => {
  const writer = new ByteWriter();
  write(writer);
  return toHex(writer.finish());
};

describe('float32_auto', () => {
  for (const { value, hex } of vectors.float32_auto) {
    it('hands out copies, also of a Buffer, whose slice() is none', () => {
      const buffer = Buffer.from([1, 2, 3]);
      const taken = new ByteReader(buffer).take(2);
      buffer[0] = 9;
      assert.deepEqual(taken, Uint8Array.of(1, 2));
    });

    it(`writes ${value} as the reference does`, () => {
      assert.equal(
        written((writer) => writer.f32a(Number(value))),
        hex,
      );
    });
    it(`reads back ${value}`, () => {
      const sent = Math.fround(Number(value));
      const expected = Math.abs(sent) >= 1.5e-38 ? sent : 0;
      assert.equal(new ByteReader(fromHex(hex)).f32a(), expected);
    });
  }

  it('carries every number that is not too small exactly', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const back = new ByteReader(new ByteWriter().f32a(value).finish()).f32a();
        assert.equal(back, Math.abs(value) < 1.5e-38 ? 0 : value);
      }),
    );
  });
});

describe('float64_auto', () => {
  for (const { value, hex } of vectors.float64_auto) {
    it(`writes ${value} as the reference does`, () => {
      assert.equal(
        written((writer) => writer.f64a(Number(value))),
        hex,
      );
    });
    it(`reads ${value}`, () => {
      assert.ok(Math.abs(new ByteReader(fromHex(hex)).f64a() - Number(value)) < 1e-13);
    });
  }
});

describe('scaled numbers', () => {
  it('are big-endian integers', () => {
    assert.equal(
      written((writer) => writer.f16(0.235, 1e3).f32(-2.5, 1e3).f64(-59.5, 1e16)),
      '00ebfffff63cf7be22a706a48000',
    );
    const reader = new ByteReader(fromHex('00ebfffff63cf7be22a706a48000'));
    assert.deepEqual([reader.f16(1e3), reader.f32(1e3), reader.f64(1e16)], [0.235, -2.5, -59.5]);
  });

  it('are rounded half away from zero', () => {
    const values = [0.29, 1.005, 0.005, -0.005, -0.29, 0.004, -0.004];
    assert.deepEqual(
      values.map((value) => new ByteReader(new ByteWriter().f16(value, 100).finish()).i16()),
      [29, 100, 1, -1, -29, 0, 0],
    );
  });

  it('wrap beyond their range, as in the firmware', () => {
    assert.equal(
      written((writer) => writer.f16(32.768, 1e3)),
      '8000',
    );
    assert.equal(
      written((writer) => writer.f32(2147483.648, 1e3)),
      '80000000',
    );
  });

  it('come back as the same bytes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -0x8000, max: 0x7fff }),
        fc.integer({ min: -0x80000000, max: 0x7fffffff }),
        fc.constantFrom(1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 0.1),
        (short, long, scale) => {
          const sent = new ByteWriter().i16(short).i32(long).finish();
          const reader = new ByteReader(sent);
          const again = new ByteWriter().f16(reader.f16(scale), scale).f32(reader.f32(scale), scale).finish();
          assert.equal(toHex(again), toHex(sent));
        },
      ),
    );
  });
});

describe('ByteReader and ByteWriter', () => {
  it('carry every integer', () => {
    fc.assert(
      fc.property(
        fc.nat(0xff),
        fc.integer({ min: -0x80, max: 0x7f }),
        fc.nat(0xffff),
        fc.integer({ min: -0x8000, max: 0x7fff }),
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.integer({ min: -0x80000000, max: 0x7fffffff }),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        (a, b, c, d, e, f, g) => {
          const bytes = new ByteWriter().u8(a).i8(b).u16(c).i16(d).u32(e).i32(f).i64(g).finish();
          const reader = new ByteReader(bytes);
          assert.deepEqual(
            [reader.u8(), reader.i8(), reader.u16(), reader.i16(), reader.u32(), reader.i32(), reader.i64()],
            [a, b, c, d, e, f, g],
          );
          assert.equal(reader.remaining, 0);
        },
      ),
    );
  });

  it('grow in the middle of a number as well as between two', () => {
    for (let before = 50; before < 70; before++) {
      const start = new Uint8Array(before);
      const bytes = new ByteWriter()
        .bytes(start)
        .u16(0x0102)
        .u32(0x03040506)
        .i64(7n)
        .f32a(0.5)
        .string('x')
        .finish();
      assert.equal(toHex(bytes.subarray(before)), '01020304050600000000000000073f0000007800');
      const single = (write: (writer: ByteWriter) => ByteWriter): string =>
        toHex(write(new ByteWriter().bytes(start)).finish().subarray(before));
      assert.equal(
        single((writer) => writer.u8(1)),
        '01',
      );
      assert.equal(
        single((writer) => writer.i8(-1)),
        'ff',
      );
      assert.equal(
        single((writer) => writer.i16(-2)),
        'fffe',
      );
      assert.equal(
        single((writer) => writer.u32(3)),
        '00000003',
      );
      assert.equal(
        single((writer) => writer.i32(-3)),
        'fffffffd',
      );
      assert.equal(
        single((writer) => writer.i64(-3n)),
        'fffffffffffffffd',
      );
      assert.equal(
        single((writer) => writer.f32a(1)),
        '3f800000',
      );
    }
  });

  it('put the high byte first', () => {
    assert.equal(
      written((writer) => writer.u8(1).i8(-1).u16(0x0203).i16(-2).u32(0x04050607).i32(-3).i64(-4n)),
      '01ff0203fffe04050607fffffffdfffffffffffffffc',
    );
  });

  it('read inside a larger buffer', () => {
    const reader = new ByteReader(fromHex('aabb0102cc').subarray(2, 4));
    assert.equal(reader.u16(), 0x0102);
    assert.throws(() => reader.u8(), EndOfPayload);
  });

  it('refuse to read beyond the end, whatever is read', () => {
    const reads: ((reader: ByteReader) => unknown)[] = [
      (reader) => reader.u16(),
      (reader) => reader.i16(),
      (reader) => reader.u32(),
      (reader) => reader.i32(),
      (reader) => reader.i64(),
      (reader) => reader.f32a(),
      (reader) => reader.f64a(),
      (reader) => reader.take(2),
    ];
    for (const read of reads) assert.throws(() => read(new ByteReader(Uint8Array.of(1))), EndOfPayload);
    assert.throws(() => new ByteReader(new Uint8Array(0)).u8(), /1 bytes wanted, 0 left in the payload/);
  });

  it('read strings up to their NUL or the end', () => {
    const reader = new ByteReader(fromHex('416200' + '00' + '43e9'));
    assert.deepEqual(
      [reader.string(), reader.string(), reader.string(), reader.string()],
      ['Ab', '', 'Cé', ''],
    );
    assert.equal(reader.remaining, 0);
  });

  it('start where they are told and take copies', () => {
    const bytes = fromHex('00010203');
    const reader = new ByteReader(bytes, 1);
    const taken = reader.take(2);
    bytes.fill(9);
    assert.deepEqual([...taken], [1, 2]);
    assert.deepEqual([...reader.take()], [9]);
  });

  it('write strings with their NUL, and as much as there is', () => {
    assert.equal(
      written((writer) => writer.string('Aé€')),
      '41e93f00',
    );
    const long = 'x'.repeat(1000);
    assert.equal(new ByteReader(new ByteWriter().u8(1).string(long).finish(), 1).string(), long);
    assert.equal(new ByteWriter().bytes(new Uint8Array(5)).bytes(new Uint8Array(70)).finish().length, 75);
  });
});

describe('text and hex', () => {
  it('turn bytes to Latin-1 and back, however many', () => {
    const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => i & 0xff);
    assert.deepEqual(fromLatin1(latin1(bytes)), bytes);
    assert.equal(latin1(new Uint8Array(0)), '');
  });

  it('turn bytes to hex and back', () => {
    assert.equal(toHex(Uint8Array.of(0, 10, 255)), '000aff');
    assert.deepEqual([...fromHex('000aFF')], [0, 10, 255]);
    assert.deepEqual([...fromHex('')], []);
    assert.equal(hexWord(0x0800_c123), '0x0800c123');
  });
});
