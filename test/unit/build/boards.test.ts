import assert from 'node:assert/strict';
import { listBoards, selectBoard } from '../../../src/build/boards';
import { findFirmwareTree } from '../../../src/build/firmwareTree';
import { FakeProcesses } from './fakeProcesses';
import { MemoryFiles } from './memoryFiles';

const base = {
  '/w/bldc/Makefile': 'fw_custom: check\n',
  '/w/bldc/make/fw.mk': '',
  '/w/bldc/conf_general.h': '#define FW_VERSION_MAJOR 7\n#define FW_VERSION_MINOR 01\n',
  '/w/bldc/hwconf/hw.h': '',
  '/w/bldc/hwconf/trampa/vesc6/hw_60.h': '#define HW60_IS_MK1\n#include "hw_60_core.h"\n',
  '/w/bldc/hwconf/trampa/vesc6/hw_60_mk6.h': '#define HW60_IS_MK6\n#include "hw_60_core.h"\n',
  '/w/bldc/hwconf/trampa/vesc6/hw_60_core.h':
    '#ifdef HW60_IS_MK1\n#define HW_NAME "60"\n#elif defined(HW60_IS_MK6)\n#define HW_NAME "60_MK6"\n#endif\n',
  '/w/bldc/hwconf/trampa/vesc6/hw_60_core.c': '',
  '/w/bldc/hwconf/other/hw_Little_FOCer_V3.h': '#define HW_NAME "Little_FOCer_V3"\n',
  '/w/bldc/hwconf/other/hw_Little_FOCer_V3.c': '',
  '/w/bldc/hwconf/other/hw_Little_FOCer_V3_no_limits.h': '#include "hw_Little_FOCer_V3.h"\n',
  '/w/bldc/hwconf/other/hw_410_0005ohm.h': '#define HW_NAME "410"\n',
};
const open = async (more: Record<string, string> = {}) => {
  const files = new MemoryFiles({ ...base, ...more });
  const host = { files, processes: new FakeProcesses(() => undefined), env: {} };
  return { tree: await findFirmwareTree('/w/bldc', host), host };
};

describe('listBoards', () => {
  it('lists every hardware header but the cores, sorted as make sorts', async () => {
    const { tree, host } = await open();
    const boards = await listBoards(tree, host);
    assert.deepEqual(
      boards.map(({ name, target, hardwareName, vendorFolder }) => [
        name,
        target,
        hardwareName,
        vendorFolder,
      ]),
      [
        ['410_0005ohm', 'fw_410_0005ohm', '410', 'other'],
        ['60', 'fw_60', '60', 'trampa'],
        ['60_mk6', 'fw_60_mk6', '60_MK6', 'trampa'],
        ['Little_FOCer_V3', 'fw_Little_FOCer_V3', 'Little_FOCer_V3', 'other'],
        ['Little_FOCer_V3_no_limits', 'fw_Little_FOCer_V3_no_limits', 'Little_FOCer_V3', 'other'],
      ],
    );
  });

  it("takes the folder's core as source, else the sister without its limits", async () => {
    const { tree, host } = await open();
    const source = Object.fromEntries(
      (await listBoards(tree, host)).map((board) => [board.name, board.source]),
    );
    assert.equal(source['60_mk6'], '/w/bldc/hwconf/trampa/vesc6/hw_60_core.c');
    assert.equal(source['Little_FOCer_V3_no_limits'], '/w/bldc/hwconf/other/hw_Little_FOCer_V3.c');
    assert.equal(source['410_0005ohm'], undefined);
  });

  it('finds boards outside of the tree, but no other header of that name', async () => {
    const { tree, host } = await open({
      '/w/mine/hw_mine.h': '#define HW_NAME "Mine 2"\n',
      '/w/mine/hw_mine.c': '',
      '/w/lib/hw_timer.h': '#define HW_TIMER 1\n',
      '/w/lib/hw_timer.c': '',
      '/w/lib/hw_nosource.h': '#define HW_NAME "x"\n',
      '/w/build/hw_old.h': '#define HW_NAME "x"\n',
      '/w/build/hw_old.c': '',
    });
    const custom = (await listBoards(tree, host, ['/w'])).filter((board) => board.custom);
    assert.deepEqual(custom, [
      {
        name: 'mine',
        header: '/w/mine/hw_mine.h',
        source: '/w/mine/hw_mine.c',
        target: 'fw_custom',
        hardwareName: 'Mine 2',
        vendorFolder: '/w/mine',
        custom: true,
      },
    ]);
  });

  it('offers no boards from elsewhere in a tree that cannot build them', async () => {
    const { tree, host } = await open({
      '/w/bldc/Makefile': '',
      '/w/mine/hw_mine.h': '#define HW_NAME "x"\n',
      '/w/mine/hw_mine.c': '',
    });
    assert.equal((await listBoards(tree, host, ['/w'])).length, 5);
  });

  it('explains a tree that builds one board only', async () => {
    const { tree, host } = await open();
    const old = { ...tree, layout: 'single' as const };
    await assert.rejects(listBoards(old, host), { code: 'tree-too-old', exitStatus: 2 });
    await assert.rejects(listBoards(old, host), /before 6\.00 \(7\.01\)/);
    await assert.rejects(listBoards({ ...old, version: () => Promise.resolve(undefined) }, host), /6\.00:/);
  });
});

describe('selectBoard', () => {
  it('takes a name, a target, a header, or another case when that is clear', async () => {
    const { tree, host } = await open();
    const boards = await listBoards(tree, host);
    assert.equal(selectBoard(boards, '60').name, '60');
    assert.equal(selectBoard(boards, 'fw_60_mk6').name, '60_mk6');
    assert.equal(selectBoard(boards, '60_MK6').name, '60_mk6');
    assert.equal(selectBoard(boards, '/w/bldc/hwconf/trampa/vesc6/hw_60.h').name, '60');
  });

  it('names similar boards when there is none', async () => {
    const { tree, host } = await open();
    const boards = await listBoards(tree, host);
    assert.throws(() => selectBoard(boards, 'focer'), { code: 'unknown-board', exitStatus: 2 });
    assert.throws(
      () => selectBoard(boards, 'focer'),
      /Similar names: Little_FOCer_V3, Little_FOCer_V3_no_limits/,
    );
    assert.throws(() => selectBoard(boards, 'xyz'), /among the 5 of this tree.*pick one from the list/);
    const twins = [boards[0]!, { ...boards[1]!, name: 'A' }, { ...boards[2]!, name: 'a' }];
    assert.equal(selectBoard(twins, 'a').header, boards[2]!.header);
    assert.throws(() => selectBoard([twins[1]!, { ...twins[2]!, name: 'aA' }], 'AA_'), {
      code: 'unknown-board',
    });
  });
});
