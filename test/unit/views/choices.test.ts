import assert from 'node:assert/strict';
import type { Board } from '../../../src/build/boards';
import { parseSimulatedName } from '../../../src/controllers/simulatedControllers';
import type { Port } from '../../../src/links/ports';
import { boardGroups } from '../../../src/views/boardChoice';
import { memoryLines } from '../../../src/views/memoryTable';
import { portGroups, portPlaceholder } from '../../../src/views/portChoice';
import { simulatedName, simulatedRows } from '../../../src/views/simulatedChoice';

describe('the pick of ports', () => {
  const usb: Port = {
    path: '/dev/ttyACM0',
    kind: 'usb',
    likelyVesc: true,
    vendorId: '0483',
    productId: '5740',
    manufacturer: 'STMicroelectronics',
    inUseBy: 'minicom (process 12)',
  };
  const uart: Port = { path: '/dev/ttyS0', kind: 'uart', likelyVesc: false };

  it('puts controllers first and says who holds one', () => {
    const groups = portGroups({ ports: [uart, usb], remoteName: undefined });
    assert.deepEqual(
      groups.map(({ heading }) => heading),
      ['Controllers at this computer', 'Other serial ports of this computer', 'Elsewhere'],
    );
    assert.deepEqual(groups[0]?.rows, [
      {
        label: '$(plug) /dev/ttyACM0',
        description: 'STMicroelectronics · 0483:5740',
        detail: 'In use by minicom (process 12)',
        choice: { kind: 'address', address: '/dev/ttyACM0' },
      },
    ]);
  });

  it('offers other ways where there is no port, and says that there is none', () => {
    assert.match(portPlaceholder({ ports: [], remoteName: 'wsl' }), /^No serial port at the Linux of WSL/);
    assert.doesNotMatch(portPlaceholder({ ports: [uart], remoteName: 'wsl' }), /No serial port/);
    const [only, ...rest] = portGroups({ ports: [], remoteName: undefined });
    assert.deepEqual(rest, []);
    assert.deepEqual(
      only?.rows.map(({ choice }) => choice.kind),
      ['tcp', 'simulated', 'path'],
    );
  });

  it('says whose ports these are in a remote window, and how to reach the others', () => {
    const groups = portGroups({ ports: [usb], remoteName: 'ssh-remote' });
    assert.equal(groups[0]?.heading, 'Controllers at the SSH host');
    assert.match(groups.at(-1)?.rows[0]?.detail ?? '', /computer in front of you/);
    assert.match(portGroups({ ports: [usb], remoteName: 'x' })[0]?.heading ?? '', /the remote \(x\)/);
  });
});

describe('the pick of boards', () => {
  const board = (name: string, hardwareName: string | undefined, more: Partial<Board> = {}): Board => ({
    name,
    hardwareName,
    header: `/tree/hwconf/v/hw_${name}.h`,
    source: undefined,
    target: `fw_${name}`,
    vendorFolder: 'v',
    custom: false,
    ...more,
  });
  const boards = [
    board('410', '410'),
    board('60', '60'),
    board('odd', undefined),
    board('mine', 'Mine', { custom: true }),
  ];

  it('puts what fits the controller on top and marks what is chosen', () => {
    const groups = boardGroups(boards, ['60'], '60');
    assert.deepEqual(
      groups.map(({ heading, rows }) => [heading, rows.map(({ label }) => label)]),
      [
        ['For the connected controller', ['$(check) 60']],
        ['Custom boards', ['mine']],
        ['All boards', ['410', 'odd']],
      ],
    );
  });

  it('shows hardware name and vendor, and where a custom board lies', () => {
    const rows = boardGroups(boards, [], undefined).flatMap((group) => group.rows);
    assert.equal(rows.find(({ label }) => label === '410')?.description, 'hardware 410 · v');
    assert.equal(rows.find(({ label }) => label === 'odd')?.description, 'v');
    assert.equal(rows.find(({ label }) => label === 'mine')?.detail, '/tree/hwconf/v/hw_mine.h');
  });
});

describe('the pick of simulated controllers', () => {
  it('offers only what the simulator understands', () => {
    for (const { name } of simulatedRows('60_MK6', 5)) {
      const options = parseSimulatedName(name);
      assert.equal(options.hardware, '60_MK6');
      assert.equal(options.speedFactor, 5);
    }
  });

  it('gives each kind of controller a UUID of its own, whatever its speed', () => {
    const rows = simulatedRows('60', 5).map(({ name }) => parseSimulatedName(name).uuid);
    assert.equal(new Set(rows).size, rows.length);
    for (const uuid of rows) assert.match(uuid ?? '', /^[0-9a-f]{24}$/);
    assert.equal(parseSimulatedName('60?can=2&speed=1').uuid, parseSimulatedName('60?speed=0&can=2').uuid);
    assert.notEqual(parseSimulatedName('60').uuid, parseSimulatedName('410').uuid);
  });

  it('adds the speed of the settings unless another one is asked for', () => {
    assert.equal(simulatedName('60', 5), '60?speed=5');
    assert.equal(simulatedName('60?can=2', 5), '60?can=2&speed=5');
    assert.equal(simulatedName('60?speed=0', 5), '60?speed=0');
  });
});

describe('the memory table', () => {
  it('lines up its columns', () => {
    assert.deepEqual(
      memoryLines([
        { region: 'flash', used_B: 512, size_B: 16_384 },
        { region: 'ram0', used_B: 65_536, size_B: 131_072 },
        { region: 'odd', used_B: 512, size_B: 1024 },
        { region: 'ram1', used_B: 0, size_B: 4096 },
        { region: 'crcinfo', used_B: 8, size_B: 8 },
      ]),
      [
        'flash      0.5 of 16.0 KiB    3.1 %  flash, vectors',
        'ram0     64.0 of 128.0 KiB   50.0 %  RAM',
        'odd         0.5 of 1.0 KiB   50.0 %',
        'crcinfo         8 of 8 B    100.0 %  flash, checksum',
      ],
    );
    assert.deepEqual(memoryLines([]), []);
  });
});
