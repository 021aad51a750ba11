import assert from 'node:assert/strict';
import { type ErrorCode, VescError } from '../../../src/base/errors';
import { commandTable } from '../../../src/cli/commandTable';
import { ALSO, commandLineText, INSTEAD } from '../../../src/cli/nextSteps';

describe('the next steps on the command line', () => {
  const steps = Object.entries({ ...ALSO, ...INSTEAD }) as [ErrorCode, string][];

  it('are commands that there are, with options that they have', () => {
    for (const [code, step] of steps) {
      const names = [...step.matchAll(/\bvesc ([a-z]+)/g)].map(([, name]) => name);
      assert.ok(names.length > 0, code);
      const options = names.flatMap((name) => {
        const command = commandTable.find((each) => each.name === name);
        assert.ok(command, `${code}: there is no vesc ${name}`);
        return Object.keys(command.options);
      });
      for (const [, option] of step.matchAll(/--([a-z-]+)/g))
        assert.ok([...options, 'workspace', 'board'].includes(option!), `${code}: --${option}`);
    }
  });

  it('come behind those of the catalogue, or take their place where those mean the editor', () => {
    const missing = new VescError('bootloader-missing', { hardware: '60' });
    const text = commandLineText(missing);
    assert.ok(text.next.startsWith(missing.next) && text.next.includes('vesc bootloader FILE'));
    assert.equal(text.message, `${text.happened} ${text.state} ${text.next}`);
    const nowhere = commandLineText(new VescError('no-firmware-tree', { folder: '/x' }));
    assert.doesNotMatch(nowhere.message, /Open the folder/);
    assert.match(nowhere.next, /cd.*--workspace.*vesc flash FILE/);
    const busy = new VescError('port-busy', { path: '/dev/ttyACM0' });
    assert.equal(commandLineText(busy).message, busy.message);
  });

  it('lead from a lost controller to its recovery, and from an unknown board to the list', () => {
    const lost = commandLineText(new VescError('lost', { waited_s: 90, uuid: 'x' }));
    assert.match(lost.next, /0x08000000.*vesc recover IMAGE/);
    for (const similar of [[], ['60']]) {
      const board = commandLineText(new VescError('unknown-board', { board: 'x', similar, boards: 3 }));
      assert.match(board.next, /vesc build --list/);
    }
  });
});
