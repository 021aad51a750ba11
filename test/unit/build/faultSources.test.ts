import assert from 'node:assert/strict';
import { FaultSources } from '../../../src/build/faultSources';
import { MemoryFiles } from './memoryFiles';

const RAISES = 'void f(void) {\n\tmc_interface_fault_stop(FAULT_CODE_DRV, 0, 0);\n}\n';
const SETS = 'int g(void) {\n\treturn FAULT_CODE_DRV;\n}\n';
const TESTS = 'int h(int x) {\n\treturn x == FAULT_CODE_DRV;\n}\n';

describe('the places of a tree that raise a fault', () => {
  it('come best first, from sources alone', async () => {
    const files = new MemoryFiles({
      '/fw/a.c': TESTS,
      '/fw/b.c': SETS,
      '/fw/motor/mc.c': RAISES,
      '/fw/build/60/copy.c': RAISES,
      '/fw/.git/old.c': RAISES,
      '/fw/notes.txt': RAISES,
      '/fw/inline.h': 'static inline void i(void) { chSysHalt("over"); }\n',
    });
    const sources = new FaultSources(files);
    const places = await sources.raising('/fw', 'FAULT_CODE_DRV');
    assert.deepEqual(
      places.map(({ kind, file, line, function: name }) => [kind, file, line, name]),
      [
        ['raises', '/fw/motor/mc.c', 2, 'f'],
        ['sets', '/fw/b.c', 2, 'g'],
        ['tests', '/fw/a.c', 2, 'h'],
      ],
    );
    assert.deepEqual(await sources.raising('/fw', 'FAULT_CODE_BRK'), []);
    assert.equal((await sources.halting('/fw', ' over '))[0]?.file, '/fw/inline.h');
    assert.deepEqual(await sources.halting('/fw', 'FAULT_CODE_DRV'), []);
  });

  it('are read again only where a file changed', async () => {
    const files = new MemoryFiles({ '/fw/a.c': RAISES, '/fw/b.c': SETS });
    const read: string[] = [];
    const { readText } = files;
    files.readText = (file) => {
      read.push(file);
      return readText(file);
    };
    const sources = new FaultSources(files);
    await sources.raising('/fw', 'FAULT_CODE_DRV');
    files.put('/fw/b.c', `\n${SETS}`);
    const places = await sources.raising('/fw', 'FAULT_CODE_DRV');
    assert.deepEqual(read, ['/fw/a.c', '/fw/b.c', '/fw/b.c']);
    assert.deepEqual(
      places.map(({ line }) => line),
      [2, 3],
    );
  });

  it('follow what is typed and not saved', async () => {
    const files = new MemoryFiles({ '/fw/a.c': RAISES });
    const sources = new FaultSources(files, (file) => (file === '/fw/a.c' ? `\n\n${RAISES}` : undefined));
    assert.equal((await sources.raising('/fw', 'FAULT_CODE_DRV'))[0]?.line, 4);
  });

  it('are not looked for any longer than anybody waits', async () => {
    const sources = new FaultSources(new MemoryFiles({ '/fw/a.c': RAISES }));
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await assert.rejects(sources.raising('/fw', 'FAULT_CODE_DRV', stop.signal), { message: 'enough' });
  });
});
