import assert from 'node:assert/strict';
import { CommandId, commandName } from '../../../src/protocol/commandId';
import vectors from '../../data/vesc-vectors.json';

describe('CommandId', () => {
  it('holds every command of the firmware under its own name, and no other', () => {
    assert.deepEqual(
      Object.entries(CommandId),
      vectors.commands.map(({ id, name }) => [name, id]),
    );
  });

  it('names ids', () => {
    for (const { id, name } of vectors.commands) assert.equal(commandName(id), name);
    assert.equal(commandName(154), 'command 154');
  });
});
