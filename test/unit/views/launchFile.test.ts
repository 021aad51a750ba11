import assert from 'node:assert/strict';
import { parse } from 'jsonc-parser';
import { type DebugTarget, debugEntry, withDebugEntry } from '../../../src/views/launchFile';

const TARGET: DebugTarget = {
  board: '60',
  elf: '${workspaceFolder}/build/60.elf',
  adapterConfiguration: 'interface/stlink.cfg',
  openocd: undefined,
  svd: undefined,
};
const entriesOf = (text: string) => (parse(text) as { configurations: { name: string }[] }).configurations;

describe('the entry in launch.json', () => {
  it('begins a file where there is none', () => {
    for (const before of [undefined, '', '  \n']) {
      const text = withDebugEntry(before, TARGET);
      assert.deepEqual(entriesOf(text), [debugEntry(TARGET)]);
      assert.equal((parse(text) as { version: string }).version, '0.2.0');
    }
  });

  it('leaves other entries and comments as they are, to the letter', () => {
    const before = `{
  // mine
  "version": "0.2.0",
  "configurations": [
    { "name": "a", "type": "node" /* keep */ },
  ],
}
`;
    const text = withDebugEntry(before, TARGET);
    for (const part of ['  // mine\n', '{ "name": "a", "type": "node" /* keep */ }'])
      assert.ok(text.includes(part));
    assert.deepEqual(
      entriesOf(text).map(({ name }) => name),
      ['VESC: debug 60', 'a'],
    );
    // Once more with another ELF: the same entry, in its place.
    const again = withDebugEntry(text, { ...TARGET, elf: '/x.elf', svd: '/x.svd', openocd: '/opt/openocd' });
    assert.deepEqual(
      entriesOf(again).map(({ name }) => name),
      ['VESC: debug 60', 'a'],
    );
    assert.match(again, /"executable": "\/x\.elf"/);
    assert.match(again, /"svdFile": "\/x\.svd"/);
    assert.match(again, /"serverpath": "\/opt\/openocd"/);
    assert.ok(again.includes('/* keep */'));
  });

  it('adds the list where it is missing', () => {
    assert.equal(entriesOf(withDebugEntry('{ "version": "0.2.0" }', TARGET)).length, 1);
  });

  it('changes nothing in a file it cannot read', () => {
    for (const bad of ['{', '[]', '"text"'])
      assert.throws(() => withDebugEntry(bad, TARGET), { code: 'launch-file-unreadable' }, bad);
  });

  it('attaches, and so writes nothing to the controller', () => {
    const entry = debugEntry(TARGET) as Record<string, unknown>;
    assert.deepEqual([entry['type'], entry['request'], entry['rtos']], ['cortex-debug', 'attach', 'ChibiOS']);
  });
});
