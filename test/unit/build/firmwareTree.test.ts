import assert from 'node:assert/strict';
import { findFirmwareTree, findFirmwareTrees, parseVersion } from '../../../src/build/firmwareTree';
import { FakeProcesses } from './fakeProcesses';
import { MemoryFiles } from './memoryFiles';

const version =
  '#define FW_VERSION_MAJOR\t\t\t6\n#define FW_VERSION_MINOR\t\t\t05\n#define FW_TEST_VERSION_NUMBER 2\n';
const tree = (root: string, makefile = 'fw_custom: fw_custom_check\n'): Record<string, string> => ({
  [`${root}/Makefile`]: makefile,
  [`${root}/conf_general.h`]: version,
  [`${root}/make/fw.mk`]: '',
  [`${root}/hwconf/acme/hw_60.h`]: '',
});
const host = (content: Record<string, string>) => ({
  files: new MemoryFiles(content),
  processes: new FakeProcesses(() => undefined),
  env: {},
});

describe('findFirmwareTrees', () => {
  it('finds a tree at the root, below it, and in every root, each once', async () => {
    const found = await findFirmwareTrees(
      ['/one', '/two', '/two/a', '/three'],
      host({
        ...tree('/one'),
        ...tree('/one/tests/copy'),
        ...tree('/two/a/b/c'),
        ...tree('/three/x'),
        ...tree('/three/y'),
      }),
    );
    assert.deepEqual(
      found.map(({ root, name }) => [root, name]),
      [
        ['/one', 'one'],
        ['/two/a/b/c', 'c'],
        ['/three/x', 'x'],
        ['/three/y', 'y'],
      ],
    );
  });

  it('does not look into build output, packages, hidden folders or too deep', async () => {
    for (const folder of ['node_modules/x', 'build/x', '.git/x', '.cache', 'a/b/c/d', 'tools/x'])
      assert.deepEqual(await findFirmwareTrees(['/w'], host(tree(`/w/${folder}`))), [], folder);
  });

  it('finds the tree around a folder inside of it', async () => {
    const [found] = await findFirmwareTrees(['/w/bldc/hwconf/acme'], host(tree('/w/bldc')));
    assert.equal(found?.root, '/w/bldc');
  });

  it('says where it looked when there is none', async () => {
    await assert.rejects(findFirmwareTree('/w', host({ '/w/Makefile': '' })), (error: Error) => {
      assert.match(error.message, /No VESC firmware tree was found in \/w\./);
      return true;
    });
  });

  it('takes every part for what it is', async () => {
    for (const missing of ['Makefile', 'conf_general.h', 'hwconf/acme/hw_60.h']) {
      const content = tree('/w');
      delete content[`/w/${missing}`];
      assert.deepEqual(await findFirmwareTrees(['/w'], host(content)), [], missing);
    }
    const old = tree('/w', 'all:\n');
    delete old['/w/make/fw.mk'];
    const single = await findFirmwareTree('/w', host(old));
    assert.equal(single.layout, 'single');
    assert.equal(single.buildsCustomBoards, false);
    const current = await findFirmwareTree('/w', host(tree('/w')));
    assert.equal(current.layout, 'boards');
    assert.equal(current.buildsCustomBoards, true);
  });

  it('reads the version anew every time', async () => {
    const at = host(tree('/w'));
    const found = await findFirmwareTree('/w', at);
    assert.deepEqual(await found.version(), { major: 6, minor: 5, test: 2 });
    at.files.put('/w/conf_general.h', version.replace('05', '06'));
    assert.deepEqual(await found.version(), { major: 6, minor: 6, test: 2 });
    assert.equal(await found.gitState(), undefined);
  });
});

describe('parseVersion', () => {
  it('reads minor numbers as decimal and takes no test number for a release', () => {
    assert.deepEqual(parseVersion('#define FW_VERSION_MAJOR 7\n# define FW_VERSION_MINOR 08\n'), {
      major: 7,
      minor: 8,
      test: 0,
    });
  });
  it('does not read what is commented out or missing', () => {
    assert.equal(parseVersion('//#define FW_VERSION_MAJOR 7\n#define FW_VERSION_MINOR 0\n'), undefined);
    assert.equal(parseVersion('#define FW_VERSION_MAJOR 7\n'), undefined);
  });
});
