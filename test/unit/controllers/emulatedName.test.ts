import { strict as assert } from 'node:assert';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { formatEmulatedName, imageInName, parseEmulatedName } from '../../../src/controllers/emulatedName';

describe('what stands behind emu:', () => {
  it('is an image, and how it runs', () => {
    const uuid = '0123456789abcdef01234567';
    const name = parseEmulatedName(
      `a/60.bin?bootloader=b%26c.bin&speed=0&uart=4&motor=hub,load=2&uuid=${uuid}`,
    );
    assert.equal(name.image, resolve('a/60.bin'));
    assert.equal(name.bootloader, resolve('b&c.bin'));
    assert.equal(name.speed, 0);
    assert.equal(name.uart, 4);
    assert.equal(name.motor, 'hub,load=2');
    assert.equal(name.uuid, uuid);
    assert.equal(parseEmulatedName('a.bin').uuid, undefined);
  });

  it('may have a plus in its paths', () => {
    assert.equal(parseEmulatedName('c++/a.bin?bootloader=c++/b.bin').bootloader, resolve('c++/b.bin'));
  });

  for (const name of [
    'a.bin?sped=1',
    'a.bin?speed=fast',
    'a.bin?uart=7',
    'a.bin?uart=1.5',
    'a.bin?speed=',
    'a.bin?speed=1?uart=2',
    'a.bin?speed=1&speed=2',
  ]) {
    it(`refuses ${name}`, () => assert.throws(() => parseEmulatedName(name), { code: 'usage' }));
  }

  it('may have a question mark in the path of its image, written %3F, which a bootloader of its own follows', () => {
    const { image, bootloader } = parseEmulatedName('what%3f/60.bin?bootloader=b%3Fc.bin');
    assert.equal(image, resolve('what?/60.bin'));
    assert.equal(bootloader, resolve('b?c.bin'));
    assert.throws(() => parseEmulatedName('what?/60.bin'), /path of the image is written %3F/);
  });

  it('has every other percent sign in that path mean itself', () => {
    for (const path of ['100%.bin', 'a%20b%2F.bin', '%25.bin', '%2525.bin', '%3.bin', '%253.bin']) {
      assert.equal(parseEmulatedName(path).image, resolve(path));
      assert.equal(formatEmulatedName(path), path);
    }
  });

  it('is written so that it is read back, whatever the paths are', () => {
    const letters = fc.constantFrom(
      '?',
      '%',
      '%25',
      '%3F',
      '%3f',
      '%253F',
      '3F',
      '&',
      '=',
      '+',
      ' ',
      'a',
      'ß',
    );
    const path = fc.array(letters, { minLength: 1 }).map((parts) => `/x${parts.join('')}`);
    fc.assert(
      fc.property(path, fc.option(path, { nil: undefined }), (image, bootloader) => {
        const name = formatEmulatedName(image, {
          motor: 'auto',
          ...(bootloader === undefined ? {} : { bootloader }),
        });
        assert.deepEqual(parseEmulatedName(name), {
          image: resolve(image),
          motor: 'auto',
          ...(bootloader === undefined ? {} : { bootloader: resolve(bootloader) }),
        });
        assert.equal(imageInName(name), image);
      }),
    );
  });
});
