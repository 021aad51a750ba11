import assert from 'node:assert/strict';
import { describePortHolder, findPortHolders, type ProcessTable } from '../../../src/links/portHolder';

const OPEN: Record<number, string[]> = {
  1: ['/dev/null', '/dev/own', '/dev/shared'],
  2: ['/dev/ttyACM0', '/dev/shared'],
  4: ['/dev/ttyACM0', '/dev/ttyUSB0', '/dev/shared'],
  5: ['/dev/ptmx', '/dev/pts/3', '/dev/pts/4'],
  6: ['/dev/pts/4'],
};
const LOCKED = new Set(['4 /dev/shared', '5 /dev/pts/3']);

const processes: ProcessTable = {
  ownPid: 1,
  async realpath(path) {
    await Promise.resolve();
    if (path === '/dev/gone') throw new Error('ENOENT');
    return path.startsWith('/dev/serial') ? '/dev/ttyACM0' : path;
  },
  pids: () => Promise.resolve([1, 2, 3, 4, 5, 6]),
  async openFiles(pid) {
    await Promise.resolve();
    const files = OPEN[pid];
    if (files === undefined) throw new Error('EACCES');
    return new Map(files.map((file) => [file, file]));
  },
  async hasLock(pid, fd) {
    await Promise.resolve();
    if (pid === 2) throw new Error('gone');
    return LOCKED.has(`${pid} ${fd}`);
  },
  name: (pid) => (pid === 4 ? Promise.reject(new Error('gone')) : Promise.resolve(`program${pid}`)),
};

describe('the holder of a port', () => {
  it('is a process that has it open', async () => {
    assert.deepEqual(
      await findPortHolders(['/dev/ttyACM0', '/dev/ttyUSB0', '/dev/free', '/dev/gone'], processes),
      new Map([
        ['/dev/ttyACM0', { pid: 2, name: 'program2' }],
        ['/dev/ttyUSB0', { pid: 4, name: 'a process' }],
      ]),
    );
  });

  it('is the one with the lock when there are several', async () => {
    assert.equal((await findPortHolders(['/dev/shared'], processes)).get('/dev/shared')?.pid, 4);
  });

  it('is not the program that plays the device, unless it locked the port', async () => {
    assert.equal((await findPortHolders(['/dev/pts/4'], processes)).get('/dev/pts/4')?.pid, 6);
    assert.equal((await findPortHolders(['/dev/pts/3'], processes)).get('/dev/pts/3')?.pid, 5);
  });

  it('is told in words, also for a link to the port, and for ourselves', async () => {
    assert.equal(await describePortHolder('/dev/serial/by-id/usb-x', processes), 'program2 (pid 2)');
    assert.equal(await describePortHolder('/dev/own', processes), 'this program');
    assert.equal(await describePortHolder('/dev/free', processes), undefined);
  });
});
