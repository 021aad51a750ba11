import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock';
import type { LinkAddress } from '../../../src/links/link';
import { CommandId } from '../../../src/protocol/commandId';
import { encodeFrame, FrameDecoder } from '../../../src/protocol/frame';
import { FlashFile, readFlashFile } from '../../../src/simulator/flashFile';
import { servePty } from '../../../src/simulator/ptyServer';
import { SimulatedController } from '../../../src/simulator/simulatedController';
import { serveTcp } from '../../../src/simulator/tcpServer';
import { VirtualClock } from '../../support/virtualClock';

type TcpAddress = Extract<LinkAddress, { kind: 'tcp' }>;

const FW_VERSION = encodeFrame(Uint8Array.of(CommandId.FW_VERSION));

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    assert.ok(tries < 1500, 'it never came');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function client(address: LinkAddress): { socket: Socket; payloads: Uint8Array[]; closed: () => boolean } {
  const { host, port } = address as TcpAddress;
  const socket = connect({ host, port });
  const payloads: Uint8Array[] = [];
  const decoder = new FrameDecoder();
  let closed = false;
  socket.on('data', (bytes) => payloads.push(...decoder.push(bytes)));
  socket.on('close', () => (closed = true));
  socket.on('error', () => {});
  return { socket, payloads, closed: () => closed };
}

describe('the simulated controller over TCP', () => {
  let controller: SimulatedController;
  beforeEach(() => (controller = new SimulatedController({ speedFactor: 100 }, systemClock)));
  afterEach(() => controller.dispose());

  it('serves one client at a time, and the next when that has left', async () => {
    const server = await serveTcp(controller, { port: 0 });
    const first = client(server.address);
    first.socket.write(FW_VERSION);
    await until(() => first.payloads.length === 1);
    const second = client(server.address);
    second.socket.write(FW_VERSION);
    first.socket.write(FW_VERSION);
    await until(() => first.payloads.length === 2);
    assert.equal(second.payloads.length, 0);
    first.socket.destroy();
    await until(() => second.payloads.length === 1);
    server.dispose();
    await until(second.closed);
  });

  it('keeps the connection over a restart', async () => {
    const server = await serveTcp(controller, { port: 0 });
    const { socket, payloads, closed } = client(server.address);
    socket.write(encodeFrame(Uint8Array.of(CommandId.REBOOT)));
    await until(() => controller.phase === 'starting');
    await until(() => controller.phase === 'running');
    socket.write(FW_VERSION);
    await until(() => payloads.length === 1);
    assert.equal(closed(), false);
    controller.dispose();
    await until(closed);
    server.dispose();
  });

  it('listens on this computer only, and says when it cannot', async () => {
    const server = await serveTcp(controller, { port: 0 });
    const address = server.address as TcpAddress;
    assert.equal(address.host, '127.0.0.1');
    await assert.rejects(serveTcp(controller, { port: address.port }), { code: 'cannot-listen' });
    server.dispose();
  });
});

describe('the simulated controller as a serial port', function () {
  if (spawnSync('socat', ['-V']).status !== 0) return;
  let folder: string;
  let controller: SimulatedController;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'vesc pty,'))));
  after(() => rm(folder, { recursive: true }));
  beforeEach(() => (controller = new SimulatedController({ speedFactor: 20 }, systemClock)));
  afterEach(() => controller.dispose());

  async function ask(link: string): Promise<Uint8Array> {
    const port = await open(link, 'r+');
    try {
      await port.write(FW_VERSION);
      const { bytesRead, buffer } = await port.read(Buffer.alloc(200), 0, 200);
      return new FrameDecoder().push(buffer.subarray(0, bytesRead))[0]!;
    } finally {
      await port.close();
    }
  }

  it('answers, again and again, and goes away with the server', async () => {
    const link = join(folder, 'ttyACM0');
    const server = await servePty(controller, { link, clock: systemClock });
    for (let time = 0; time < 3; time++) {
      await until(() => existsSync(link));
      assert.equal((await ask(link))[0], CommandId.FW_VERSION);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    server.dispose();
    await until(() => !existsSync(link));
  });

  it('is away while the controller restarts', async () => {
    const link = join(folder, 'ttyACM1');
    const server = await servePty(controller, { link, clock: systemClock });
    controller.reset();
    await until(() => !existsSync(link));
    assert.equal(controller.isEnumerated, false);
    await until(() => existsSync(link));
    assert.equal((await ask(link))[0], CommandId.FW_VERSION);
    server.dispose();
  });

  it('has the name for itself, and leaves it to whoever takes it', async () => {
    const link = join(folder, 'ttyACM2');
    const server = await servePty(controller, { link, clock: systemClock });
    const other = new SimulatedController({ speedFactor: 100 }, systemClock);
    await assert.rejects(servePty(other, { link, clock: systemClock }), {
      code: 'cannot-listen',
      happened: /leads to \/dev\/.*another simulated controller has it/,
    });
    other.dispose();
    await rm(link);
    await symlink(folder, link);
    server.dispose();
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(await readlink(link), folder, 'at the end the name is not its own any more');
    await assert.rejects(servePty(controller, { link, clock: systemClock }), { code: 'cannot-listen' });
    assert.equal(await readlink(link), folder);
  });

  it('does not take its name back after a restart when somebody has it', async () => {
    const link = join(folder, 'ttyACM3');
    const server = await servePty(controller, { link, clock: systemClock });
    controller.reset();
    await until(() => !existsSync(link));
    await symlink(folder, link);
    await until(() => controller.isEnumerated);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(await readlink(link), folder);
    await rm(link);
    await until(() => existsSync(link));
    assert.equal((await ask(link))[0], CommandId.FW_VERSION);
    server.dispose();
  });

  it('replaces a link that was left behind, but no file', async () => {
    const link = join(folder, 'stale');
    await symlink('/dev/pts/987654', link);
    const server = await servePty(controller, { link, clock: systemClock });
    assert.equal((await ask(link))[0], CommandId.FW_VERSION);
    server.dispose();
    const file = join(folder, 'file');
    await writeFile(file, 'mine');
    await assert.rejects(servePty(controller, { link: file, clock: systemClock }), { code: 'cannot-listen' });
    assert.equal(await readFile(file, 'utf8'), 'mine');
  });

  it('says when socat is missing', async () => {
    const options = { link: join(folder, 'x'), clock: systemClock, program: join(folder, 'no-such-program') };
    await assert.rejects(servePty(controller, options), { code: 'cannot-listen' });
  });
});

describe('flash kept in a file', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'vesc-flash-'))));
  after(() => rm(folder, { recursive: true }));

  it('is written when the flash rests, and read by the next', async () => {
    const path = join(folder, 'flash.bin');
    assert.equal(await readFlashFile(path), undefined);
    const clock = new VirtualClock();
    const controller = new SimulatedController({ hardware: 'kept' }, clock);
    const errors: unknown[] = [];
    const file = new FlashFile(path, controller.flash, clock, (error) => errors.push(error));
    await clock.advance(299);
    assert.equal(existsSync(path), false);
    await clock.advance(1);
    await file.flush();
    assert.deepEqual(
      await readFlashFile(path).then((bytes) => Uint8Array.from(bytes!)),
      controller.flash.content,
    );
    controller.flash.program(0x0808_0000, Uint8Array.of(1, 2, 3));
    await file.flush();
    const heir = new SimulatedController({ flash: (await readFlashFile(path))! }, clock);
    assert.deepEqual([...heir.flash.read(0x0808_0000, 3)], [1, 2, 3]);
    assert.equal(heir.firmware?.identity.hardware, 'kept');
    file.dispose();
    controller.flash.erase(8);
    await clock.advance(1000);
    assert.equal((await readFlashFile(path))![0x8_0000], 1);
    assert.deepEqual(errors, []);
  });

  it('is refused at another size, and a failure to write is told', async () => {
    const path = join(folder, 'short.bin');
    await writeFile(path, 'short');
    await assert.rejects(readFlashFile(path), { code: 'file-unreadable' });
    await assert.rejects(readFlashFile(folder), { code: 'file-unreadable' });
    const clock = new VirtualClock();
    const errors: { code: string }[] = [];
    const { flash } = new SimulatedController({}, clock);
    const file = new FlashFile(join(folder, 'no', 'such'), flash, clock, (error) => errors.push(error));
    await file.flush();
    assert.deepEqual(
      errors.map(({ code }) => code),
      ['file-unwritable'],
    );
    file.dispose();
  });
});
