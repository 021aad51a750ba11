import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toHex } from '../../../../src/protocol/bytes';
import {
  alive,
  encodeFwInfo,
  encodeFwVersion,
  type FirmwareVersion,
  fwInfo,
  fwVersion,
  reboot,
  shutdown,
} from '../../../../src/protocol/messages/identity';
import { decodeReply } from '../../../../src/protocol/request';
import { bytes, exchange, refuses, sends } from './exchange';

const UUID = '0102030405060708090a0b0c';
const decode = (payload: Uint8Array): FirmwareVersion | undefined => decodeReply(fwVersion(), payload);

const COMMON = {
  test: 0,
  hardware: '60',
  uuid: UUID,
  paired: false,
  hardwareType: 'vesc',
  customConfigs: 0,
  firmwareName: '',
} as const;
const FLAGS = { phaseFilters: false, qmlHardware: 0, qmlApp: 0 };
const V503: FirmwareVersion = { ...COMMON, ...FLAGS, major: 5, minor: 3 };
const V600: FirmwareVersion = {
  ...COMMON,
  ...FLAGS,
  major: 6,
  minor: 0,
  nrfFlags: 3,
  firmwareName: 'no_limits',
};
const V605: FirmwareVersion = { ...V600, minor: 5, qmlApp: 2, hardwareConfigCrc: 0xdeadbeef };
const BMS: FirmwareVersion = { ...COMMON, major: 6, minor: 5, hardwareType: 'bms', customConfigs: 1 };
const EXPRESS: FirmwareVersion = {
  ...V605,
  hardware: 'VESC Express T',
  uuid: 'a0b1c2d3e4f5000000000000',
  hardwareType: 'custom-module',
  customConfigs: 1,
  test: 4,
  paired: true,
  phaseFilters: true,
};

describe('FW_VERSION', () => {
  const REPLIES: readonly (readonly [string, FirmwareVersion, string])[] = [
    ['5.03', V503, `00 05 03 "60" 00 ${UUID} 00 00 00 00 00 00 00`],
    ['6.00', V600, `00 06 00 "60" 00 ${UUID} 00 00 00 00 00 00 00 03 "no_limits" 00`],
    ['6.05', V605, `00 06 05 "60" 00 ${UUID} 00 00 00 00 00 00 02 03 "no_limits" 00 deadbeef`],
    ['a BMS', BMS, `00 06 05 "60" 00 ${UUID} 00 00 01 01`],
    [
      'an Express module',
      EXPRESS,
      `00 06 05 "VESC Express T" 00 ${EXPRESS.uuid} 01 04 02 01 01 00 02 03 "no_limits" 00 deadbeef`,
    ],
  ];
  for (const [name, version, reply] of REPLIES) {
    it(`is read from and written as ${name} sends it`, () => {
      exchange(fwVersion(), '00', reply, version);
      sends(encodeFwVersion(version), reply);
    });
  }

  it('is written by the rules of the version, whatever fields are there', () => {
    assert.deepEqual(decode(encodeFwVersion({ ...V605, major: 5, minor: 3 })), {
      ...V503,
      qmlApp: 2,
    });
    assert.deepEqual(decode(encodeFwVersion({ ...COMMON, major: 7, minor: 1 })), {
      ...COMMON,
      ...FLAGS,
      major: 7,
      minor: 1,
      nrfFlags: 0,
      hardwareConfigCrc: 0,
    });
    assert.deepEqual(decode(encodeFwVersion({ ...V605, hardwareType: 'bms' })), { ...BMS, customConfigs: 0 });
  });

  it('is read from whatever is there of it', () => {
    const whole = encodeFwVersion(EXPRESS);
    for (let length = 3; length < whole.length; length++) {
      const version = decode(whole.subarray(0, length));
      assert.equal(version?.major, 6);
      assert.ok(EXPRESS.hardware.startsWith(version.hardware));
      assert.equal(version.hardwareConfigCrc, undefined);
      if (length < 30) assert.equal(version.uuid, '');
    }
    assert.deepEqual(decode(bytes('00 03 0a')), {
      ...COMMON,
      major: 3,
      minor: 10,
      hardware: '',
      uuid: '',
    });
    refuses(fwVersion(), '00', '0007', '01');
  });

  it('takes an unknown hardware type for no motor controller', () => {
    assert.equal(decode(bytes(`00 07 01 00 ${UUID} 00 00 09 00`))?.hardwareType, 'custom-module');
  });

  it('is read as it was written', () => {
    const byte = fc.nat(255);
    const name = fc.stringMatching(/^[ -~]{0,20}$/);
    const identities = fc.record({
      minor: fc.nat(99),
      test: byte,
      hardware: name,
      uuid: fc.uint8Array({ minLength: 12, maxLength: 12 }).map(toHex),
      paired: fc.boolean(),
      hardwareType: fc.constantFrom('vesc' as const, 'custom-module' as const),
      customConfigs: byte,
      phaseFilters: fc.boolean(),
      qmlHardware: byte,
      qmlApp: byte,
      nrfFlags: byte,
      firmwareName: name,
      hardwareConfigCrc: fc.nat(0xffffffff),
    });
    fc.assert(
      fc.property(identities, (identity) => {
        const version = { ...identity, major: 7 };
        assert.deepEqual(decode(encodeFwVersion(version)), version);
      }),
    );
  });
});

describe('FW_INFO', () => {
  const COMMIT = 'b9d287b3b8323f4b02618b02dc55e57d54a84996';
  const HEAD = '9d 06 06 02';
  const info = { major: 6, minor: 6, test: 2 };

  it('holds up to two commits', () => {
    exchange(fwInfo(), '9d', `${HEAD} "${COMMIT}" 00 00`, { ...info, commit: COMMIT });
    const both = { ...info, commit: `${COMMIT}-dirty`, userCommit: 'mine' };
    exchange(fwInfo(), '9d', `${HEAD} "${COMMIT}-dirty" 00 "mine" 00`, both);
    sends(encodeFwInfo(both), `${HEAD} "${COMMIT}-dirty" 00 "mine" 00`);
    exchange(fwInfo(), '9d', `${HEAD} 00 "mine" 00`, { ...info, userCommit: 'mine' });
    sends(encodeFwInfo({ ...info, userCommit: 'mine' }), `${HEAD} 00 "mine" 00`);
    sends(encodeFwInfo(info), `${HEAD} 00 00`);
  });

  it('lacks a text of more than 46 characters together with its NUL', () => {
    const longest = 'u'.repeat(46);
    sends(
      encodeFwInfo({ ...info, commit: COMMIT, userCommit: longest }),
      `${HEAD} "${COMMIT}" 00 "${longest}" 00`,
    );
    const sent = encodeFwInfo({ ...info, commit: COMMIT, userCommit: `${longest}u` });
    sends(sent, `${HEAD} "${COMMIT}" 00`);
    assert.deepEqual(decodeReply(fwInfo(), sent), { ...info, commit: COMMIT });
    exchange(fwInfo(), '9d', HEAD, info);
    refuses(fwInfo(), '9d 06 06');
  });
});

describe('commands without an answer', () => {
  it('keep alive, reboot and switch off', () => {
    sends(alive(), '1e');
    sends(reboot(), '1d');
    sends(shutdown({ force: false, restart: true }), '9c 00 01');
    sends(shutdown({ force: true, restart: false }), '9c 01 00');
  });
});
