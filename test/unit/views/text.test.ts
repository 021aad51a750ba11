import assert from 'node:assert/strict';
import fc from 'fast-check';
import { count, duration, fixed, plain, shortFault } from '../../../src/views/text';

describe('text', () => {
  it('takes icons, links, control characters and turned writing out of what others made up', () => {
    assert.equal(plain('$(flame) 60'), '$ (flame) 60');
    assert.equal(plain('[x](command:vesc.flash)'), '[x] (command:vesc.flash)');
    assert.equal(plain('a\u0000b\u202ec\nd'), 'a b c d');
  });

  it('never lets anything through that is more than text, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = plain(text);
        assert.doesNotMatch(shown, /\$\(|\]\(|\p{Cc}|\p{Cf}/u);
        assert.ok([...shown].length <= 80);
      }),
    );
  });

  it('cuts what is too long at a letter, not in the middle of one', () => {
    assert.equal(plain('😀😀😀😀', 3), '😀😀…');
  });

  it('pads numbers to one width', () => {
    assert.equal(fixed(48.06, 1, 6), '\u2007\u200748.1');
    assert.equal(fixed(-3, 0, 3), '\u2007−3');
    assert.equal(fixed(NaN, 1, 3), '\u2007\u2007–');
  });

  it('counts and times in words', () => {
    assert.equal(count(1, 'error'), '1 error');
    assert.equal(count(0, 'error'), '0 errors');
    assert.equal(duration(940), '0.9 s');
    assert.equal(duration(12_400), '12 s');
    assert.equal(duration(119_800), '2 min 00 s');
    assert.equal(shortFault('FAULT_CODE_ABS_OVER_CURRENT'), 'ABS OVER CURRENT');
  });
});
