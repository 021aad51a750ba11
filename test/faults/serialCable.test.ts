import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep, systemClock } from '../../src/base/clock';
import { isVescError } from '../../src/base/errors';
import { type Core, createCore } from '../../src/controllers/core';
import { readImage } from '../../src/image/imageFile';
import { parseLinkAddress } from '../../src/links/linkAddress';
import { servePty } from '../../src/simulator/ptyServer';
import { SimulatedController } from '../../src/simulator/simulatedController';
import type { Server } from '../../src/simulator/tcpServer';
import type { UpdateHooks } from '../../src/update/updater';
import type { UpdateResult } from '../../src/update/verdict';
import { requireSocat } from '../links/ptyDevice';
import { seededRandom } from './sample';
import { sparseImage, stageSparsely } from './sparseImage';

const OPEN_PORT = join(__dirname, '../links/openPort.ts');
const LOADER = join(__dirname, '../support/typescript.cjs');
const IMAGE = readImage(sparseImage(), 'sparse.bin');
const SEED = Number(process.env['FAULTS_SEED'] ?? 1);
const PULLS = 10;
/** So many times as fast as a real controller. */
const SPEED = 50;

describe('an update through a real serial port (skipped where socat is not installed)', function () {
  this.timeout(120_000);
  let folder: string;
  let path: string;
  let controller: SimulatedController;
  let server: Server | undefined;
  let core: Core;
  /** Happens in the middle of an update, which waits for it with the port in its hands. */
  let whileStaging: () => Promise<unknown>;
  const children: ChildProcess[] = [];

  before(function () {
    requireSocat(this);
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vesc-cable-'));
    path = join(folder, 'ttyACM0');
    controller = new SimulatedController(
      { speedFactor: SPEED, image: sparseImage({ userCommit: '' }) },
      systemClock,
    );
    core = createCore({
      dataDirectory: join(folder, 'data'),
      stageImage: async (app) => {
        await whileStaging();
        return stageSparsely(app);
      },
    });
    whileStaging = () => Promise.resolve();
    await plugIn();
  });
  afterEach(async () => {
    core.dispose();
    controller.dispose();
    server?.dispose();
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await sleep(systemClock, 50);
    rmSync(folder, { recursive: true, force: true });
  });

  async function plugIn(link = path): Promise<void> {
    server = await servePty(controller, { link, clock: systemClock });
  }

  /** The cable comes out, and goes in again a moment later. */
  async function pull(): Promise<void> {
    server?.dispose();
    await until(() => !existsSync(path), 'the terminal is gone');
    await sleep(systemClock, 300);
    await plugIn();
  }

  function flash(hooks: UpdateHooks = {}): Promise<UpdateResult> {
    return core.updater.run({ target: { address: parseLinkAddress(path) }, image: IMAGE }, hooks);
  }

  /** The bootloader is not looked for: the controller restarts once only. */
  async function trustBootloader(): Promise<void> {
    await core.memory.remember('3a0041001850563039373220', { bootloader: { state: 'proven' } });
  }

  const runsNew = (result: UpdateResult): boolean =>
    controller.firmware?.identity.userCommit === result.buildId;

  it(`survives the cable being pulled at ${PULLS} random places, and is flashed again (seed ${SEED})`, async () => {
    // At first they are only counted; how often a controller is looked for depends on the computer.
    assert.equal((await flash()).verdict, 'updated');
    await renew();
    let frames = 0;
    controller.interference = () => void frames++;
    assert.equal((await flash()).verdict, 'updated');
    const total = frames - 10;
    const random = seededRandom(SEED);
    const verdicts: string[] = [];
    for (let pulled = 0; pulled < PULLS; pulled++) {
      await renew();
      const at = Math.floor(random() * total);
      frames = 0;
      let pulling: Promise<void> | undefined;
      controller.interference = () => {
        if (frames++ !== at) return undefined;
        pulling = pull();
        return 'drop';
      };
      const where = `pulled at frame ${at} of ${total}`;
      const verdict = await flash().then(
        (result) => {
          const claimsNew = result.verdict === 'updated';
          assert.ok(claimsNew || result.verdict === 'interrupted', `${where}: ${result.verdict}`);
          assert.equal(runsNew(result), claimsNew, `${where}: ${result.verdict}`);
          return result.verdict;
        },
        (error: unknown) => {
          assert.ok(isVescError(error) && error.exitStatus === 3, `${where}: ${String(error)}`);
          return error.code;
        },
      );
      controller.interference = undefined;
      assert.ok(pulling, where);
      await pulling;
      const again = await flash();
      assert.ok(['updated', 'already-running'].includes(again.verdict), `${where}, again: ${again.verdict}`);
      assert.ok(runsNew(again), where);
      verdicts.push(`${at}: ${verdict}`);
    }
    console.log(`      of ${total} frames, pulled at ${verdicts.join(', ')}`);
  });

  /** A controller that runs the old firmware, at the same port. */
  async function renew(): Promise<void> {
    controller.dispose();
    server?.dispose();
    await until(() => !existsSync(path), 'the terminal is gone');
    controller = new SimulatedController(
      { speedFactor: SPEED, image: sparseImage({ userCommit: '' }) },
      systemClock,
    );
    await plugIn();
  }

  /** Another program that opens the port and keeps it. */
  async function openElsewhere(
    port: string,
  ): Promise<{ child: ChildProcess; told: Record<string, unknown> }> {
    const child = spawn(process.execPath, ['-r', LOADER, OPEN_PORT, port], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, told: JSON.parse(line.toString()) as Record<string, unknown> };
  }

  it('keeps a second program out, and is not disturbed by it', async () => {
    let intruder: Record<string, unknown> | undefined;
    whileStaging = async () => (intruder = (await openElsewhere(path)).told);
    const result = await flash();
    assert.equal(intruder?.['code'], 'port-busy');
    assert.equal(result.verdict, 'updated');
    assert.ok(runsNew(result));
  });

  it('keeps a second user of the same program out, and is not disturbed by it', async () => {
    await trustBootloader();
    const lease = await core.pool.acquire(parseLinkAddress(path));
    let refused: unknown;
    const result = await flash({
      onProgress: ({ stage }) => {
        if (stage === 'upload')
          lease.session.send(Uint8Array.of(29)).catch((error: unknown) => (refused = error));
      },
    });
    lease.dispose();
    assert.equal(isVescError(refused) && refused.code, 'link-in-use');
    assert.equal(result.verdict, 'updated');
  });

  it('is updated all the same when another program takes the port at the return and holds it for seconds', async () => {
    await trustBootloader();
    // The updater looks at `name`; behind it the terminal appears only when the other program has it.
    const name = join(folder, 'ttyACM1');
    symlinkSync(path, name);
    let holding: Promise<void> | undefined;
    let heldFor_ms = 0;
    controller.onEnumeration((isThere) => {
      if (!isThere) {
        rmSync(name, { force: true });
        return;
      }
      holding ??= (async () => {
        await until(() => existsSync(path), 'the terminal is back');
        const { child, told } = await openElsewhere(path);
        assert.equal(told['open'], true);
        symlinkSync(path, name);
        const since = systemClock.now();
        await sleep(systemClock, 3000);
        heldFor_ms = systemClock.now() - since;
        child.kill('SIGKILL');
      })();
    });
    const result = await core.updater.run({ target: { address: parseLinkAddress(name) }, image: IMAGE });
    await holding;
    assert.ok(heldFor_ms > 2500);
    assert.equal(result.verdict, 'updated');
    const reconnect = result.stages.find(({ stage }) => stage === 'reconnect')!;
    assert.ok(reconnect.duration_ms > 2500, 'it waited for the port');
    assert.ok(runsNew(result));
  });
});

/** Waits until `condition` holds, looking again and again. */
async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 1000) throw new Error(`waited in vain until ${what}`);
    await sleep(systemClock, 10);
  }
}
