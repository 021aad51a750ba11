import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { startStageThread } from '../../../src/controllers/stageThread';
import { stage } from '../../../src/image/stagingHeader';
import { syntheticImage } from '../../support/syntheticImage';

const ENTRY = join(__dirname, '../../../src/controllers/stageWorker.ts');

describe('the thread that stages an image', () => {
  let folder: string;
  let bundle: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vesc-stage-'));
    bundle = join(folder, 'stageWorker.js');
    buildSync({ entryPoints: [ENTRY], outfile: bundle, bundle: true, platform: 'node' });
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('compresses as the calling thread would, and leaves the image where it is', async () => {
    const app = syntheticImage();
    const thread = startStageThread(bundle, app);
    assert.deepEqual(await thread.staged, stage(app));
    assert.deepEqual(app, syntheticImage());
  });

  it('rejects where its file is missing, throws, says nothing or is stopped', async () => {
    await assert.rejects(startStageThread(join(folder, 'missing.js'), new Uint8Array(1)).staged);
    const throwing = join(folder, 'throwing.js');
    writeFileSync(throwing, "throw new Error('it cannot be done')");
    await assert.rejects(startStageThread(throwing, new Uint8Array(1)).staged, /it cannot be done/);
    const silent = join(folder, 'silent.js');
    writeFileSync(silent, '');
    await assert.rejects(startStageThread(silent, new Uint8Array(1)).staged, /ended without a result/);
    const stopped = startStageThread(bundle, syntheticImage());
    stopped.dispose();
    await assert.rejects(stopped.staged, /ended without a result/);
  });
});
