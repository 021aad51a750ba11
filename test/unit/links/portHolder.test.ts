import assert from 'node:assert/strict';
import { describePortHolder, findPortHolders, type ProcessTable } from '../../../src/links/portHolder';

const processes: ProcessTable = {
  ownPid: 1,
  realpath: (path) =>
    path.startsWith('/dev/serial')
      ? Promise.resolve('/dev/ttyACM0')
      : path.includes('gone')
        ? Promise.reject(new Error())
        : Promise.resolve(path),
  pids: () => Promise.resolve([1, 2, 3, 4]),
  openFiles: (pid) =>
    pid === 3
      ? Promise.reject(new Error('EACCES'))
      : Promise.resolve(
          { 1: ['/dev/null', '/dev/own'], 2: ['/dev/ttyACM0'], 4: ['/dev/ttyACM0', '/dev/ttyUSB0'] }[pid]!,
        ),
  name: (pid) => (pid === 4 ? Promise.reject(new Error('gone')) : Promise.resolve(`program${pid}`)),
};

describe('the holder of a port', () => {
  it('is the first process that has it open', async () => {
    assert.deepEqual(
      await findPortHolders(['/dev/ttyACM0', '/dev/ttyUSB0', '/dev/free', '/dev/gone'], processes),
      new Map([
        ['/dev/ttyACM0', { pid: 2, name: 'program2' }],
        ['/dev/ttyUSB0', { pid: 4, name: 'a process' }],
      ]),
    );
  });

  it('is told in words, also for a link to the port, and for ourselves', async () => {
    assert.equal(await describePortHolder('/dev/serial/by-id/usb-x', processes), 'program2 (pid 2)');
    assert.equal(await describePortHolder('/dev/own', processes), 'this program');
    assert.equal(await describePortHolder('/dev/free', processes), undefined);
  });
});
