import assert from 'node:assert/strict';
import { chooseUuid, defaultCanId, pickUuid } from '../../../src/controllers/emulatedIdentity';

describe('The UUID of an emulated controller', () => {
  it('comes of its name, and is always the same', () => {
    assert.match(pickUuid('a.bin', []), /^[0-9a-f]{24}$/);
    assert.equal(pickUuid('a.bin', [pickUuid('b.bin', [])]), pickUuid('a.bin', []));
    assert.notEqual(pickUuid('a.bin', []), pickUuid('b.bin', []));
  });

  it('is another for each on a bus, also when they run the same image', () => {
    const taken: string[] = [];
    for (let count = 0; count < 20; count++) taken.push(pickUuid('60.bin', taken));
    assert.equal(new Set(taken).size, 20);
  });

  it('does not lead to the CAN ID of another, nor to that of its second motor', () => {
    // As the real firmware derived it: 126 and 34.
    assert.equal(defaultCanId('3a004100939e563039373220'), 126);
    assert.equal(defaultCanId('3a0041004b1c563039373220'), 34);
    const taken: string[] = [];
    for (let count = 0; count < 20; count++) taken.push(pickUuid('60.bin', taken));
    const ids = taken.map(defaultCanId).sort((one, other) => one - other);
    ids.slice(1).forEach((id, index) => assert.ok(id - ids[index]! >= 2, `${ids.join(' ')}`));
  });
});

describe('The UUID of a chip that has been there before', () => {
  const [last, other] = [pickUuid('last', []), pickUuid('other', [])];

  it('stays what it was, whatever its image is called', () => {
    assert.equal(chooseUuid({ name: 'new.bin', lastUuid: last }, [other]), last);
  });

  it('gives way to one that is asked for', () => {
    assert.equal(chooseUuid({ name: 'new.bin', lastUuid: last, uuid: other.toUpperCase() }, []), other);
  });

  it('is made anew where another on its bus has it: its flash is a copy of that one', () => {
    assert.equal(chooseUuid({ name: 'new.bin', lastUuid: last }, [last]), pickUuid('new.bin', [last]));
  });
});
