import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server as NetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock';
import { createCore } from '../../src/controllers/core';
import { readImage } from '../../src/image/imageFile';
import { CommandId } from '../../src/protocol/commandId';
import { encodeFrame, FrameDecoder } from '../../src/protocol/frame';
import type { FrameFate } from '../../src/simulator/interference';
import { SimulatedController } from '../../src/simulator/simulatedController';
import { type Server, serveTcp } from '../../src/simulator/tcpServer';
import { seededRandom } from './sample';
import { Stage, SITUATIONS } from './situation';
import { sparseImage, stageSparsely } from './sparseImage';
import { NOISE, TRUNCATED } from './trial';

const SEED = Number(process.env['FAULTS_SEED'] ?? 1);
const KNOWN = SITUATIONS.find(({ name }) => name === 'known controller')!;
const WINDOWED = { ...KNOWN, window: 3 };

describe(`a noisy line (seed ${SEED})`, function () {
  this.timeout(120_000);

  /** An update during which `strike` decides what becomes of each reply; it has to end as updated. */
  async function updateWith(
    strike: (reply: number, stage: Stage) => FrameFate | undefined,
    situation = KNOWN,
  ): Promise<number> {
    const stage = await Stage.set(situation);
    let replies = 0;
    let struck = 0;
    stage.bench.controller.interference = ({ direction }) => {
      if (direction !== 'from-controller') return undefined;
      const fate = strike(replies++, stage);
      if (fate !== undefined) struck++;
      return fate;
    };
    const { clock, updater } = stage.bench;
    const result = await clock.run(updater.run(stage.request));
    assert.equal(result.verdict, 'updated', result.error?.message);
    assert.equal(stage.subject.firmware?.identity.userCommit, result.buildId);
    stage.dispose();
    return struck;
  }

  const every =
    (nth: number, fate: FrameFate) =>
    (reply: number): FrameFate | undefined =>
      reply % nth === nth - 1 ? fate : undefined;

  it('with a bad CRC in every fifth reply, where VESC Tool fails at the first', async () => {
    assert.ok((await updateWith(every(5, 'corrupt'))) > 10);
    assert.ok((await updateWith(every(5, 'corrupt'), WINDOWED)) > 10);
  });

  it('that loses every fifth reply', async () => {
    assert.ok((await updateWith(every(5, 'drop'))) > 10);
  });

  it('that doubles every reply', async () => {
    assert.ok((await updateWith(() => 'duplicate')) > 60);
    assert.ok((await updateWith(() => 'duplicate', WINDOWED)) > 60);
  });

  it('that puts noise, and the beginning of a long frame, before every reply', async () => {
    let disturbed = 0;
    await updateWith((reply, { cable }) => {
      cable.disturb(reply % 2 === 0 ? NOISE : TRUNCATED);
      disturbed++;
      return undefined;
    });
    assert.ok(disturbed > 60);
  });

  it('that puts the beginning of a long frame before every third write, which the controller then waits for', async () => {
    const stage = await Stage.set(KNOWN);
    let writes = 0;
    stage.cable.beforeWrite = () => (writes++ % 3 === 0 ? Uint8Array.of(3, 0x01, 0xf0) : undefined);
    const { clock, updater } = stage.bench;
    const result = await clock.run(updater.run(stage.request));
    assert.equal(result.verdict, 'updated', result.error?.message);
    assert.equal(stage.subject.firmware?.identity.userCommit, result.buildId);
    assert.ok(writes > 60);
    stage.dispose();
  });

  it('on which an acknowledgement for another offset is not taken for the one that is waited for', async () => {
    let written = 0;
    const stage = await Stage.set(KNOWN);
    stage.bench.controller.interference = ({ direction, payload }) => {
      const isAck = direction === 'from-controller' && payload[0] === CommandId.WRITE_NEW_APP_DATA;
      if (!isAck || written++ % 10 !== 3) return undefined;
      const other = new Uint8Array(payload);
      other[other.length - 1]! ^= 1;
      return { replace: other };
    };
    let sent = 0;
    stage.subject.flash.onOperation(({ kind, address }) => {
      if (kind === 'program' && address >= 0x0808_0000) sent++;
    });
    const { clock, updater } = stage.bench;
    assert.equal((await clock.run(updater.run(stage.request))).verdict, 'updated');
    assert.ok(written > 40 && sent > written / 2);
    stage.dispose();
  });

  describe('over a real TCP connection', () => {
    let controller: SimulatedController;
    let server: Server;
    let bridge: NetServer;
    let folder: string;
    const sockets: Socket[] = [];

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'vesc-noise-'));
      controller = new SimulatedController(
        { speedFactor: 0, image: sparseImage({ userCommit: '' }) },
        systemClock,
      );
      server = await serveTcp(controller, { port: 0 });
    });
    afterEach(() => {
      for (const socket of sockets.splice(0)) socket.destroy();
      bridge.close();
      server.dispose();
      controller.dispose();
      rmSync(folder, { recursive: true, force: true });
    });

    /** A bridge that spoils what comes back: its address. */
    async function spoil(pass: (frame: Uint8Array) => Uint8Array[]): Promise<number> {
      bridge = createServer((host) => {
        const { port } = server.address as { port: number };
        const device = connect(port, '127.0.0.1');
        sockets.push(host, device);
        const decoder = new FrameDecoder();
        host.on('data', (bytes) => device.write(bytes));
        device.on('data', (bytes) => {
          for (const payload of decoder.push(bytes)) {
            for (const piece of pass(encodeFrame(payload))) host.write(piece);
          }
        });
        for (const socket of [host, device]) socket.on('error', () => undefined);
        host.on('close', () => device.destroy());
        device.on('close', () => host.destroy());
      });
      await new Promise<void>((resolve) => bridge.listen(0, '127.0.0.1', resolve));
      return (bridge.address() as { port: number }).port;
    }

    it('the update is proven all the same', async () => {
      const random = seededRandom(SEED);
      const spoilt = { corrupt: 0, lost: 0, doubled: 0, noise: 0, truncated: 0 };
      const port = await spoil((frame) => {
        const draw = random();
        if (draw < 0.03) {
          spoilt.corrupt++;
          const bad = new Uint8Array(frame);
          bad[bad.length - 2]! ^= 0x10;
          return [bad];
        }
        if (draw < 0.05) {
          spoilt.lost++;
          return [];
        }
        if (draw < 0.2) {
          spoilt.doubled++;
          return [frame, frame];
        }
        if (draw < 0.4) {
          spoilt.noise++;
          return [NOISE, frame];
        }
        if (draw < 0.6) {
          spoilt.truncated++;
          return [TRUNCATED, frame];
        }
        return [frame];
      });
      const core = createCore({
        dataDirectory: folder,
        stageImage: (app) => Promise.resolve(stageSparsely(app)),
      });
      const address = { kind: 'tcp', host: '127.0.0.1', port } as const;
      const image = readImage(sparseImage(), 'sparse.bin');
      const result = await core.updater.run({ target: { address }, image, window: 3 });
      core.dispose();
      assert.equal(result.verdict, 'updated', result.error?.message);
      assert.equal(controller.firmware?.identity.userCommit, result.buildId);
      assert.ok(
        Object.values(spoilt).every((count) => count > 0),
        JSON.stringify(spoilt),
      );
    });
  });
});
