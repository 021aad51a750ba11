import assert from 'node:assert/strict';
import { treeHelp, treeLayouts } from '../../../src/build/treeLayouts';
import type { Files } from '../../../src/build/files';
import { FakeProcesses } from './fakeProcesses';

const HASH = 'b9d287b3b8323f4b02618b02dc55e57d54a84996';
const filesOf = (signature: number): Readonly<Record<string, string>> => ({
  'confgenerator.c':
    'int32_t confgenerator_serialize_mcconf(uint8_t *buffer, const mc_configuration *conf) {\n' +
    '\tbuffer[ind++] = conf->a;\n\treturn ind;\n}\n\nvoid f() { conf->a = MCCONF_A; }\n',
  'confgenerator.h': `#define MCCONF_SIGNATURE ${signature}\n`,
  'datatypes.h': 'typedef struct { bool a; } mc_configuration;',
});

/** A tree on disk with signature 1, and commits with others; each git command that is not answered fails. */
function tree(commits: Readonly<Record<string, number>>, changed?: string) {
  const processes = new FakeProcesses(({ args: [command, ...args] }) => {
    if (command === 'log') return changed === undefined ? { status: 128 } : { stdout: `${changed}\n` };
    if (command === 'ls-tree') {
      return commits[args[2]!] === undefined
        ? { status: 128 }
        : { stdout: ['conf/confgenerator.c', 'conf/confgenerator.h', 'datatypes.h', ''].join('\n') };
    }
    const [commit, path = ''] = args[0]!.split(':');
    const text = filesOf(commits[commit!] ?? 0)[path.split('/').at(-1)!];
    return text === undefined ? { status: 128 } : { stdout: text };
  });
  const onDisk = filesOf(1);
  const files = {
    readText: (path: string) =>
      Promise.resolve(
        path === '/w/motor/mcconf_default.h'
          ? '#define MCCONF_A 1 // what it does'
          : onDisk[path.replace('/w/', '')],
      ),
  } as Partial<Files> as Files;
  return { files, processes, env: {} };
}

describe('the layouts a firmware tree knows', () => {
  it('are those of the commit a controller reports', async () => {
    const find = treeLayouts({ root: '/w' }, tree({ [HASH]: 7 }));
    const layout = await find('mcconf', 7, `${HASH}-dirty`);
    assert.deepEqual(layout?.fields, [{ name: 'a', wire: 'u8', scale: 1, meaning: { kind: 'bool' } }]);
    assert.equal(await find('mcconf', 8, HASH), undefined);
    assert.equal(await find('mcconf', 7, '--upload-pack=x'), undefined, 'what is no hash is not asked for');
  });

  it('are those on disk, and of the commit that brought or took the signature', async () => {
    assert.equal((await treeLayouts({ root: '/w' }, tree({}))('mcconf', 1))?.signature, 1);
    const brought = treeLayouts({ root: '/w' }, tree({ [HASH]: 7 }, HASH));
    assert.equal((await brought('mcconf', 7))?.signature, 7);
    const took = treeLayouts({ root: '/w' }, tree({ [HASH]: 8, [`${HASH}^`]: 7 }, HASH));
    assert.equal((await took('mcconf', 7))?.signature, 7);
    assert.equal(await treeLayouts({ root: '/w' }, tree({}, 'not a hash'))('mcconf', 7), undefined);
  });

  it('come with what the tree says about each setting', async () => {
    assert.deepEqual([...(await treeHelp({ root: '/w' }, tree({})))], [['a', 'what it does']]);
    const none = { files: { readText: () => Promise.resolve(undefined) } as Partial<Files> as Files };
    assert.equal((await treeHelp({ root: '/w' }, none)).size, 0);
  });
});
