import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Board } from '../../../src/build/boards';
import type { FirmwareTree } from '../../../src/build/firmwareTree';
import { thisHost } from '../../../src/build/host';
import { inputsInTree } from '../../../src/views/inputsInTree';
import { addProbeBoard } from '../../support/probeBoard';

describe('the inputs of a board in the tree', () => {
  const root = mkdtempSync(join(tmpdir(), 'inputs-'));
  const board = {
    name: 'probe',
    hardwareName: 'probe',
    header: join(root, 'hwconf/probe/hw_probe.h'),
  } as Board;
  before(() => addProbeBoard(root));
  after(() => rmSync(root, { recursive: true }));

  /** Asks with boards that were `listed` at first, and what is there when they are listed anew. */
  async function ask(hardware: string, listed: readonly Board[], anew: readonly Board[]) {
    let looks = 0;
    const workspace = {
      knownTree: { root } as FirmwareTree,
      knownBoard: undefined,
      boards: () => Promise.resolve([...listed]),
      boardsAnew: () => Promise.resolve([...anew]).finally(() => looks++),
    };
    const inputs = await inputsInTree(workspace, thisHost(1), hardware);
    return { isKnown: inputs !== undefined, looks };
  }

  it('are those of a listed one, and nobody looks again', async () => {
    assert.deepEqual(await ask('probe', [board], []), { isKnown: true, looks: 0 });
  });

  it('are found, too, when its header came after the boards were listed', async () => {
    assert.deepEqual(await ask('probe', [], [board]), { isKnown: true, looks: 1 });
  });

  it('are unknown where no header has that name', async () => {
    assert.deepEqual(await ask('other', [board], [board]), { isKnown: false, looks: 1 });
  });
});
