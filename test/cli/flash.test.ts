import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Bench, buildCli, type JsonLine, type Run } from './vesc';

const BUILD_ID = /^vb1-[0-9a-f]{40}$/;

describe('vesc flash', () => {
  let bench: Bench;
  let image: string;

  before(() => {
    buildCli();
    bench = new Bench();
    image = bench.image('60.bin');
  });
  after(() => bench.dispose());

  const flash = (port: string, ...args: string[]): Promise<Run> =>
    bench.run(['flash', '--json', '--port', port, ...args]);

  it('updates, proves it, and says so in every field of the contract', async () => {
    const { port } = await bench.simulate();
    const run = await flash(port, image);
    assert.equal(run.status, 0, run.stdout);
    const { result } = run;
    assert.deepEqual([result.ok, result['verdict'], result['proof']], [true, 'updated', 'build-identity']);
    assert.match(result['buildId'] as string, BUILD_ID);
    const before = result['before'] as { uuid: string; firmware: { buildId?: string } };
    const after = result['after'] as typeof before;
    assert.equal(before.uuid, after.uuid);
    assert.equal(before.firmware.buildId, undefined);
    assert.equal(after.firmware.buildId, result['buildId']);
    const stages = result['stages'] as { stage: string; duration_ms: number; bytes?: number }[];
    assert.deepEqual(
      stages.map(({ stage }) => stage).filter((stage) => stage !== 'probe'),
      ['identify', 'preflight', 'snapshot', 'erase', 'upload', 'commit', 'reconnect', 'prove', 'restore'],
    );
    for (const { duration_ms } of stages) assert.ok(Number.isInteger(duration_ms));
    assert.equal(result['raw_B'], 524_280);
    const payload_B = result['payload_B'] as number;
    assert.ok(payload_B > 100_000 && payload_B < 524_280);
    assert.ok(stages.find(({ stage }) => stage === 'upload')!.bytes! >= payload_B);
    assert.ok(existsSync(result['snapshotPath'] as string));
    assert.deepEqual(
      (result['restored'] as { outcome: string }[]).map(({ outcome }) => outcome),
      ['restored', 'restored'],
    );
    checkProgress(run.lines.filter(({ type }) => type === 'progress'));

    const again = await flash(port, image);
    assert.deepEqual([again.status, again.result.ok, again.result['verdict']], [0, true, 'already-running']);
    const forced = await flash(port, image, '--reflash', '--window', '3');
    assert.deepEqual([forced.status, forced.result['verdict']], [0, 'updated']);
    const info = await bench.run(['info', '--json', '--port', port]);
    assert.equal((info.result['bootloader'] as { state: string }).state, 'proven');
  });

  function checkProgress(lines: readonly JsonLine[]): void {
    const uploading = lines.filter(({ stage }) => stage === 'upload');
    assert.ok(uploading.length > 10 && uploading.length < 120, `${uploading.length} lines`);
    let last = 0;
    for (const { fraction, bytesPerSecond } of uploading) {
      assert.ok((fraction as number) >= last && (fraction as number) <= 1);
      assert.equal(typeof bytesPerSecond, 'number');
      last = fraction as number;
    }
    assert.equal(last, 1);
  }

  it('refuses an image for other hardware, unless the name of the controller is typed', async () => {
    const { port } = await bench.simulate();
    const other = bench.image('75.bin', { hardware: '75_300' });
    const refused = await flash(port, other);
    assert.deepEqual([refused.status, refused.result.ok, refused.result['verdict']], [4, false, 'refused']);
    assert.equal(refused.error.code, 'wrong-hardware');
    assert.deepEqual(Object.keys(refused.error), ['code', 'happened', 'state', 'next', 'message']);
    assert.match(refused.error.message, /75_300.*untouched.*--override-hardware "60"/s);
    assert.equal(refused.result['after'], null);
    assert.deepEqual(
      (refused.result['refusals'] as { code: string }[]).map(({ code }) => code),
      ['wrong-hardware'],
    );
    const wrongName = await flash(port, other, '--override-hardware', '75_300');
    assert.equal(wrongName.status, 4, 'the name of the image is not the one to type');
    const forced = await flash(port, other, '--override-hardware', '60');
    assert.equal(forced.result['verdict'], 'updated');
  });

  it('refuses what is no image before it opens anything', async () => {
    const cases: [file: string, status: number, code: string][] = [
      [bench.file('empty.bin', ''), 4, 'image-empty'],
      [bench.file('short.bin', new Uint8Array(1000).fill(0x81)), 4, 'image-truncated'],
      [bench.file('readme.bin', 'Read me first.\n'.repeat(100)), 4, 'image-is-text'],
      [join(bench.folder, 'nothing.bin'), 2, 'file-unreadable'],
      [bench.folder, 2, 'file-unreadable'],
    ];
    for (const [file, status, code] of cases) {
      const run = await flash('/dev/ttyNOPE', file);
      assert.deepEqual([run.status, run.error.code], [status, code], file);
    }
  });

  it('refuses firmware that cannot update itself', async () => {
    const { port } = await bench.simulate('--version', '3.58');
    const run = await flash(port, image);
    assert.deepEqual([run.status, run.result['verdict'], run.error.code], [4, 'refused', 'firmware-too-old']);
  });

  it('reports an update that the bootloader did not take, and remembers it', async () => {
    const { port } = await bench.simulate('--bootloader', 'old', '--uuid', '0102030405060708090a0b0c');
    const run = await flash(port, image);
    assert.deepEqual([run.status, run.result.ok, run.result['verdict']], [6, false, 'not-taken']);
    assert.equal(run.error.code, 'not-taken');
    const after = run.result['after'] as { firmware: { buildId?: string } };
    assert.equal(after.firmware.buildId, undefined);
    const info = await bench.run(['info', '--json', '--port', port]);
    assert.equal((info.result['bootloader'] as { state: string }).state, 'suspect');
  });

  it('updates a node on the CAN bus and leaves the one in between alone', async () => {
    const { port } = await bench.simulate('--can', '1');
    const scan = await bench.run(['scan', '--json', '--port', port]);
    const [node] = scan.result['nodes'] as { canId: number; uuid: string }[];
    const run = await flash(port, image, '--can', `${node!.canId}`);
    assert.equal(run.result['verdict'], 'updated', run.stdout.slice(-2000));
    assert.equal((run.result['after'] as { uuid: string }).uuid, node!.uuid);
    const local = await bench.run(['info', '--json', '--port', port]);
    assert.equal((local.result['firmware'] as { buildId?: string }).buildId, undefined);
  });

  it('works over a serial port that goes away and comes back', async () => {
    const link = join(bench.folder, 'ttyVESC');
    await bench.simulate('--pty', link, '--speed', '20');
    const run = await flash(link, image, '--window', '3');
    assert.equal(run.result['verdict'], 'updated', run.stdout.slice(-2000));
    assert.equal(run.result['address'], link);
  });

  it('is cancelled by Ctrl+C while it uploads: the old firmware runs, also after a second one', async () => {
    const { port } = await bench.simulate('--speed', '1');
    const vesc = bench.start(['flash', image, '--json', '--port', port]);
    await vesc.printed(/"stage":"upload","fraction":0\.0[3-9]/);
    vesc.kill('SIGINT');
    vesc.kill('SIGINT');
    const run = await vesc.ended;
    assert.deepEqual([run.status, run.result.ok, run.result['verdict']], [5, false, 'interrupted']);
    assert.equal(run.error.code, 'cancelled');
    assert.ok(run.lines.some(({ type }) => type === 'warning'));
    const info = await bench.run(['info', '--json', '--port', port]);
    assert.equal(info.status, 0, 'the old firmware answers');
    assert.deepEqual(readdirSync(join(bench.folder, 'journal')), [], 'nothing is owed');
  });

  it('cannot be cancelled while the bootloader works, and says so', async () => {
    const { port } = await bench.simulate('--speed', '10');
    const vesc = bench.start(['flash', image, '--json', '--port', port]);
    await vesc.printed(/"stage":"reconnect"/);
    vesc.kill('SIGINT');
    const run = await vesc.ended;
    assert.deepEqual([run.status, run.result['verdict']], [0, 'updated']);
    assert.match(
      run.lines.find(({ type }) => type === 'warning')!['message'] as string,
      /cannot be cancelled.*power on/s,
    );
  });

  it('tells of an update that was left half-way, and settles it', async () => {
    const { port, vesc: simulator } = await bench.simulate(
      '--speed',
      '1',
      '--uuid',
      'aabbccddeeff001122334455',
    );
    const vesc = bench.start(['flash', image, '--json', '--port', port]);
    await vesc.printed(/"stage":"upload","fraction":0\.0[3-9]/);
    vesc.kill('SIGKILL');
    await vesc.ended;
    simulator.kill();
    await simulator.ended;

    const again = await bench.simulate('--uuid', 'aabbccddeeff001122334455');
    const info = await bench.run(['info', '--port', again.port]);
    assert.match(info.stderr, /left half-way: it stopped while sending; the old firmware is intact/);
    const run = await flash(again.port, image);
    const pending = run.lines.find(({ type }) => type === 'pending-update')!;
    assert.deepEqual([pending['state'], pending['hardware'], pending['image']], ['staging', '60', image]);
    assert.equal(run.result['verdict'], 'updated');
    const text = await bench.run(['flash', image, '--port', again.port]);
    assert.doesNotMatch(text.stderr, /half-way/, 'it is settled');
  });

  it('says that the bootloader is at work where nobody answers because of it', async () => {
    const { port } = await bench.simulate('--speed', '2');
    const vesc = bench.start(['flash', image, '--json', '--port', port]);
    await vesc.printed(/"stage":"reconnect"/);
    vesc.kill('SIGKILL');
    await vesc.ended;
    const info = await bench.run(['info', '--json', '--port', port]);
    const { code, next } = info.result['error'] as Record<string, string>;
    assert.deepEqual([info.status, code], [3, 'bootloader-at-work']);
    assert.match(next!, /Leave its power on/);
    const waited = await bench.run(['info', '--json', '--port', port, '--timeout', '60']);
    assert.equal(waited.status, 0);
    assert.equal(waited.lines.find(({ type }) => type === 'pending-update')?.['state'], 'committed');
  });

  it('shows a summary for people on stdout and a line a stage on stderr', async () => {
    const { port } = await bench.simulate();
    const run = await bench.run(['flash', image, '--port', port]);
    assert.match(run.stdout, /^Updated {2}60\n {2}Before +firmware 7\.01/);
    assert.match(run.stdout, /Proof +the controller reports the identity of this build/);
    assert.equal(run.stderr.match(/^Uploading …$/gm)?.length, 1);
    assert.match(run.stderr, /keep the power on/);
    assert.ok(!`${run.stdout}${run.stderr}`.includes('\u001b'), 'no colours into a pipe');
  });
});
