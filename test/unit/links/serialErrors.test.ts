import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ErrorCode } from '../../../src/base/errors';
import { plainReason } from '../../../src/links/reason';
import { type PortInquiry, serialOpenError, systemInquiry } from '../../../src/links/serialErrors';

const PATH = '/dev/ttyACM0';
const inquiry: PortInquiry = {
  holder: () => Promise.resolve('minicom (pid 4711)'),
  group: () => Promise.resolve('uucp'),
};

describe('the error of a port that does not open', () => {
  const words: [reason: string, expected: ErrorCode][] = [
    ['Error: No such file or directory, cannot open /dev/ttyACM0', 'port-not-found'],
    ['Error: No such device or address, cannot open /dev/ttyACM0', 'port-not-found'],
    ['Error: No such device, cannot open /dev/ttyACM0', 'port-not-found'],
    ['Error: Input/output error, cannot open /dev/ttyACM0', 'port-not-found'],
    ['Error: Device not configured, cannot open /dev/cu.usbmodem304', 'port-not-found'],
    ['Opening COM5: File not found', 'port-not-found'],
    ['Error: Permission denied, cannot open /dev/ttyACM0', 'port-permission'],
    ['Error: Operation not permitted, cannot open /dev/ttyACM0', 'port-permission'],
    ['Error Resource temporarily unavailable Cannot lock port', 'port-busy'],
    ['Error: Device or resource busy, cannot open /dev/ttyACM0', 'port-busy'],
    ['Error: Resource busy, cannot open /dev/cu.usbmodem304', 'port-busy'],
    ['Opening COM5: Access denied', 'port-busy'],
    ['Port is locked cannot open', 'port-busy'],
    ['Opening COM5: Unknown error code 31', 'link-failed'],
    ['Error: Is a directory, cannot open /tmp', 'link-failed'],
  ];
  it('is that something is no serial port, for a file, a folder or another device', async () => {
    for (const reason of [
      'Error: Inappropriate ioctl for device setting custom baud rate of 115200',
      'Error: Is a directory, cannot open /tmp',
    ]) {
      const error = await serialOpenError('/dev/null', new Error(reason), inquiry);
      assert.equal(error.happened, '/dev/null could not be opened: it is no serial port.');
    }
  });

  for (const [reason, expected] of words) {
    it(`is ${expected} for "${reason}"`, async () => {
      const cause = new Error(reason);
      const error = await serialOpenError(PATH, cause, inquiry);
      assert.equal(error.code, expected);
      assert.equal(error.cause, cause);
      assert.match(error.message, /\/dev\/ttyACM0/);
    });
  }

  it('names who holds the port and whose group may open it', async () => {
    const busy = await serialOpenError(PATH, new Error('Cannot lock port'), inquiry);
    assert.match(busy.message, /in use by minicom \(pid 4711\)/);
    const denied = await serialOpenError(PATH, new Error('Permission denied'), inquiry);
    assert.match(denied.next, /usermod -aG uucp /);
  });

  it('does without when that cannot be told', async () => {
    for (const answer of [() => Promise.resolve(undefined), () => Promise.reject(new Error('no /proc'))]) {
      const nobody = { holder: answer, group: answer };
      const busy = await serialOpenError(PATH, new Error('Cannot lock port'), nobody);
      assert.match(busy.message, /in use by another program/);
      const denied = await serialOpenError(PATH, new Error('Permission denied'), nobody);
      assert.match(denied.next, /usermod -aG dialout /);
    }
  });

  it('finds the group in the file’s own mode', async function () {
    if (process.platform === 'win32') this.skip();
    const folder = mkdtempSync(join(tmpdir(), 'vesc-group-'));
    const path = join(folder, 'ttyACM0');
    try {
      writeFileSync(path, '');
      const line = readFileSync('/etc/group', 'utf8')
        .split('\n')
        .find((entry) => entry.split(':')[2] === String(statSync(path).gid));
      chmodSync(path, 0o660);
      assert.equal(await systemInquiry.group(path), line?.split(':')[0]);
      chmodSync(path, 0o600);
      assert.equal(await systemInquiry.group(path), undefined);
      const gone = await serialOpenError(join(folder, 'none'), new Error('Permission denied'));
      assert.equal(gone.code, 'port-permission');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('keeps a reason short', () => {
    assert.equal(plainReason(new Error('Error: It is so.\nRequire stack:\n- here')), 'It is so');
    assert.equal(plainReason('Error thrown'), 'thrown');
    assert.equal(plainReason(undefined), 'undefined');
  });
});
