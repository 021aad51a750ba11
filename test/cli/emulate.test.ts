import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { encodeFrame, FrameDecoder } from '../../src/protocol/frame';
import { PROBE, probeBootloader, probeImage } from '../support/emulator';
import { assertDocumented } from './jsonDocs';
import { Bench, buildCli, type Vesc } from './vesc';

/** The emulator as it is shipped: bundle, worker, WebAssembly, TCP. */
describe('vesc emulate', () => {
  let bench: Bench;

  before(function () {
    // The emulator's core may have to be compiled.
    this.timeout(120_000);
    buildCli();
    bench = new Bench();
  });
  after(() => bench.dispose());

  async function emulate(...args: string[]): Promise<{ vesc: Vesc; port: number }> {
    const vesc = bench.start(['emulate', '--json', '--tcp', '0', ...args]);
    const [line] = await vesc.printed(/^.*"type":"listening".*$/m);
    return { vesc, port: (JSON.parse(line) as { port: number }).port };
  }

  /** The answer to a payload. FW_VERSION is sent until one comes, because the program has to start first. */
  function ask(port: number, payload: readonly number[]): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const decoder = new FrameDecoder();
      const socket = connect(port, '127.0.0.1');
      const send = (): void => void socket.write(encodeFrame(Uint8Array.from(payload)));
      const timer = setInterval(() => payload[0] === 0 && send(), 300);
      const end = (): void => {
        clearInterval(timer);
        socket.destroy();
      };
      socket.on('connect', send);
      socket.on('data', (bytes) => {
        const [answer] = decoder.push(bytes);
        if (!answer) return;
        end();
        resolve(answer);
      });
      socket.on('error', (error) => {
        end();
        reject(error);
      });
    });
  }

  it('runs an image and serves it over TCP; its flash stays in a file', async () => {
    const image = bench.file('probe.bin', probeImage());
    const file = join(bench.folder, 'flash.bin');
    const { vesc, port } = await emulate(image, '--flash', file, '--uuid', '00112233445566778899aabb');
    const version = Buffer.from(await ask(port, [0]));
    assert.equal(version.toString('latin1', 3, 8), 'probe');
    assert.equal(version.toString('hex', 9, 21), '00112233445566778899aabb');
    assert.equal((await ask(port, [0xf0, PROBE.flash]))[1], PROBE.flash);
    vesc.kill('SIGINT');
    const run = await vesc.ended;
    assert.equal(run.status, 0);
    assertDocumented('vesc emulate', run);
    assert.deepEqual([...readFileSync(file).subarray(0xa_0000, 0xa_0004)], [0x0f, 0x0f, 0xff, 0x00]);
  });

  it('is the same controller with the same flash: without its image, and where the file is moved', async () => {
    const image = bench.file('probe.bin', probeImage());
    const [first, second] = ['first', 'second'].map((name) => join(bench.folder, `${name}.flash`));
    const uuidOf = async (...args: string[]): Promise<string> => {
      const { vesc, port } = await emulate(...args);
      const uuid = Buffer.from(await ask(port, [0])).toString('hex', 9, 21);
      vesc.kill('SIGINT');
      await vesc.ended;
      return uuid;
    };
    const uuid = await uuidOf(image, '--flash', first!);
    assert.equal(await uuidOf('--flash', first!), uuid);
    for (const part of ['', '.uuid']) renameSync(`${first}${part}`, `${second}${part}`);
    assert.equal(await uuidOf('--flash', second!), uuid);
    assert.equal(await uuidOf(bench.file('other.bin', probeImage()), '--flash', second!), uuid);
  });

  it('has the file of its flash alone: a second one is told who has it, until that one is gone', async () => {
    const image = bench.file('probe.bin', probeImage());
    const file = join(bench.folder, 'held.bin');
    const { vesc } = await emulate(image, '--flash', file);
    for (const command of ['emulate', 'simulate']) {
      const run = await bench.run([command, '--json', '--tcp', '0', '--flash', 'held.bin'], {
        cwd: bench.folder,
      });
      assert.deepEqual([run.status, run.error.code], [3, 'flash-in-use']);
      assert.ok(run.error.happened.includes(`process ${vesc.processId} keeps its flash in ${file}`));
      assert.equal(run.lines.length, 1, 'it never listened');
    }
    // One that was told to end is waited for.
    vesc.kill('SIGINT');
    const { vesc: next } = await emulate('--flash', file);
    // Killed, it cannot let go of it.
    next.kill('SIGKILL');
    await next.ended;
    assert.equal(existsSync(`${file}.lock`), true);
    const { vesc: heir } = await emulate('--flash', file);
    heir.kill('SIGINT');
    assert.equal((await heir.ended).status, 0);
    assert.equal(existsSync(`${file}.lock`), false);
  });

  it('tells faults with address and place, and restarts', async () => {
    const { vesc, port } = await emulate(bench.file('probe.bin', probeImage()));
    await ask(port, [0]);
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(encodeFrame(Uint8Array.of(0xf0, PROBE.busError))),
    );
    const [fault] = await vesc.printed(/^.*"type":"fault".*$/m);
    assert.equal((JSON.parse(fault) as { fault: { address: number } }).fault.address, 0x6000_0000);
    await vesc.printed(/"type":"reset","cause":"software"|"cause":"software"/);
    socket.destroy();
  });

  it('says what ended it when its worker fails, and keeps its flash', async () => {
    const dist = join(bench.folder, 'broken');
    cpSync(join(__dirname, '..', '..', 'dist'), dist, { recursive: true });
    writeFileSync(join(dist, 'emulatorWorker.js'), 'throw new Error("out of memory")');
    const cli = join(dist, 'cli.js');
    const image = bench.file('probe.bin', probeImage());
    const file = join(bench.folder, 'kept.bin');
    const run = await bench.run(['emulate', image, '--json', '--tcp', '0', '--gdb', '0', '--flash', file], {
      cli,
    });
    assert.deepEqual([run.status, run.error.code], [3, 'emulation-ended']);
    assert.match(run.error.happened, /probe\.bin.*out of memory/);
    assert.equal(readFileSync(file).length, 0x10_0000);
    const connecting = await bench.run(['info', '--json', '--port', `emu:${image}`], { cli });
    assert.equal(connecting.error.code, 'emulation-ended');
  });

  it('refuses what cannot run there, before anything listens', async () => {
    const bad = probeImage();
    bad.set([0, 0, 0, 0]);
    const foreign = bench.file('bad.bin', bad);
    const refusals: readonly (readonly [string[], number, string])[] = [
      [[], 2, 'usage'],
      [[foreign], 4, 'image-stack-pointer'],
      [['missing.bin'], 2, 'file-unreadable'],
      [[bench.file('p.bin', probeImage()), '--bootloader', foreign], 4, 'bootloader-too-long'],
      [[bench.file('short.bin', probeImage().subarray(0, 0x4_0000))], 4, 'image-truncated'],
      [[bench.file('long.bin', new Uint8Array(0x10_0001).fill(1))], 4, 'image-too-long'],
      [[bench.file('boot.bin', probeBootloader())], 4, 'image-is-bootloader'],
      [[process.execPath], 4, 'image-elf-foreign'],
      [['--flash', bench.file('flash.bin', new Uint8Array(1000))], 2, 'file-unreadable'],
      [
        [bench.file('p.bin', probeImage()), '--bootloader', bench.file('none.bin', '')],
        4,
        'bootloader-empty',
      ],
      [[bench.file('p.bin', probeImage()), '--adc', '13=9999'], 2, 'usage'],
      [[bench.file('p.bin', probeImage()), '--pin', 'Z1=1'], 2, 'usage'],
      [[bench.file('p.bin', probeImage()), '--uuid', 'xyz'], 2, 'usage'],
      [[bench.file('p.bin', probeImage()), '--motor', 'small'], 2, 'usage'],
    ];
    for (const [args, status, code] of refusals) {
      const run = await bench.run(['emulate', '--json', '--tcp', '0', ...args]);
      assert.deepEqual([run.status, run.error.code], [status, code], args.join(' '));
      assert.ok(run.error.next.length > 10, args.join(' '));
    }
  });
});
